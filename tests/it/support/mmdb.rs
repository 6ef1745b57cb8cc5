//! A MaxMind database, written from scratch (MaxMind DB file format 2.0): enough to say where a few addresses are.

use std::net::Ipv4Addr;

/// Where a network is.
pub struct Entry {
    /// A /24 of IPv4, by its first address.
    pub network: Ipv4Addr,
    /// The city and its degrees north and east; none in a database of countries.
    pub city: Option<(&'static str, f64, f64)>,
    /// The country's code and name.
    pub country: (&'static str, &'static str),
}

/// A node of the search tree: where each bit leads.
type Node = [Record; 2];

#[derive(Clone, Copy)]
enum Record {
    Nothing,
    Node(usize),
    Data(usize),
}

/// The bytes of a database of this type.
pub fn database(kind: &str, entries: &[Entry]) -> Vec<u8> {
    let mut nodes: Vec<Node> = vec![[Record::Nothing; 2]];
    let mut data = Vec::new();
    for entry in entries {
        let offset = data.len();
        data.extend(record(entry));
        let address = u128::from(u32::from(entry.network));
        // IPv4 is within ::/96.
        let mut at = 0;
        for bit in 0..120 {
            let side = usize::from(address >> (127 - bit) & 1 == 1);
            if bit == 119 {
                nodes[at][side] = Record::Data(offset);
                break;
            }
            at = if let Record::Node(next) = nodes[at][side] {
                next
            } else {
                nodes.push([Record::Nothing; 2]);
                let next = nodes.len() - 1;
                nodes[at][side] = Record::Node(next);
                next
            };
        }
    }
    let count = nodes.len();
    let mut bytes = Vec::new();
    for record in nodes.iter().flatten() {
        let value = match record {
            Record::Nothing => count,
            Record::Node(node) => *node,
            // The separator lies between.
            Record::Data(offset) => count + 16 + offset,
        };
        bytes.extend(&u32::try_from(value).expect("small").to_be_bytes()[1..]);
    }
    bytes.extend([0; 16]);
    bytes.extend(data);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    let number = |kind: u8, value: u32| uint(kind, value);
    bytes.extend(map(&[
        ("binary_format_major_version", number(5, 2)),
        ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", [vec![0x08, 0x02], 1_893_499_200_u64.to_be_bytes().to_vec()].concat()),
        ("database_type", text(kind)),
        ("description", map(&[("en", text("For tests"))])),
        ("ip_version", number(5, 6)),
        ("languages", vec![0x01, 0x04, 0x42, b'e', b'n']),
        ("node_count", number(6, u32::try_from(count).expect("few"))),
        ("record_size", number(5, 24)),
    ]));
    bytes
}

fn record(entry: &Entry) -> Vec<u8> {
    let names = |name: &str| map(&[("en", text(name))]);
    let (code, name) = entry.country;
    let country = map(&[("iso_code", text(code)), ("names", names(name))]);
    let Some((city, north, east)) = entry.city else { return map(&[("country", country)]) };
    let location = map(&[("latitude", double(north)), ("longitude", double(east))]);
    map(&[("city", map(&[("names", names(city))])), ("country", country), ("location", location)])
}

fn text(text: &str) -> Vec<u8> {
    let size = u8::try_from(text.len()).expect("short");
    assert!(size < 29, "longer ones are written otherwise");
    [vec![2 << 5 | size], text.as_bytes().to_vec()].concat()
}

fn double(value: f64) -> Vec<u8> {
    [vec![3 << 5 | 8], value.to_be_bytes().to_vec()].concat()
}

/// An unsigned integer: 5 is one of 16 bits, 6 one of 32.
fn uint(kind: u8, value: u32) -> Vec<u8> {
    let size = if kind == 5 { 2 } else { 4 };
    [vec![kind << 5 | size], value.to_be_bytes()[4 - usize::from(size)..].to_vec()].concat()
}

fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![7 << 5 | u8::try_from(pairs.len()).expect("few")];
    for (key, value) in pairs {
        bytes.extend(text(key));
        bytes.extend(value);
    }
    bytes
}
