//! Every trick by its name. That what was read is read again as the same is among the fuzzed.

use http::{HeaderName, HeaderValue};

use super::*;

fn read(path: &str) -> Result<String, Ambiguous> {
    WebRequest::read("GET", path, false).map(|read| read.path)
}

fn folded(path: &str) -> Result<String, Ambiguous> {
    WebRequest::read("GET", path, true).map(|read| read.path)
}

#[test]
fn a_path_is_read_with_those_above_it() {
    let read = WebRequest::read("PATCH", "/a/B%20c/d%C3%A9/?q=%2F//", false).expect("plain");
    assert_eq!(read.method, "PATCH");
    assert_eq!(read.path, "/a/B c/dé");
    assert_eq!(read.prefixes, ["/", "/a", "/a/B c", "/a/B c/dé"]);
    assert_eq!(read.query.as_deref(), Some("q=%2F//"));
    let root = WebRequest::read("GET", "/", false).expect("plain");
    assert_eq!((root.path.as_str(), root.prefixes.as_slice()), ("/", &["/".to_owned()][..]));
    assert_eq!(root.query, None);
    let mut told = Map::new();
    read.tell(&mut told);
    let expected = json!({ "method": "PATCH", "path": "/a/B c/dé", "query": "q=%2F//",
        "path_prefixes": ["/", "/a", "/a/B c", "/a/B c/dé"] });
    assert_eq!(Value::Object(told), expected);
}

#[test]
fn what_people_name_things_is_read() {
    for (path, expected) in [
        ("/a/", "/a"),
        ("/?", "/"),
        ("/.well-known/x", "/.well-known/x"),
        ("/..a/b..c/.hidden", "/..a/b..c/.hidden"),
        ("/Caf%C3%A9", "/Café"),
        ("/Cafe%CC%81", "/Café"),
        ("/%41", "/A"),
        ("/100%25", "/100%"),
        ("/100%25g", "/100%g"),
        ("/a%3Fb%23c", "/a?b#c"),
        ("/a+b", "/a+b"),
        ("/v1/x:verb@2,(3)*!$&'=~", "/v1/x:verb@2,(3)*!$&'=~"),
        ("/[a]|^", "/[a]|^"),
        ("/%E6%9D%B1%E4%BA%AC%EF%BC%88%EF%BC%89", "/東京（）"),
        ("/%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9", "/👨\u{200d}👩"),
    ] {
        assert_eq!(read(path).as_deref(), Ok(expected), "{path}");
    }
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    use Ambiguous::*;
    let long = format!("/{}", "a".repeat(LONGEST));
    let deep = "/a".repeat(SEGMENTS + 1);
    for (trick, path, expected) in [
        ("nothing", "", Form),
        ("everything", "*", Form),
        ("a URL", "https://wiki.example.com/a", Form),
        ("a host and port", "wiki.example.com:443", Form),
        ("a relative path", "a/b", Form),
        ("a query alone", "?a", Form),
        ("a long path", &long, Long),
        ("a deep path", &deep, Long),
        ("a fragment", "/a#b", Raw),
        ("a fragment in the query", "/a?b#c", Raw),
        ("a space", "/a b", Raw),
        ("a tab", "/a\tb", Raw),
        ("a line end", "/a\r\nb", Raw),
        ("a NUL", "/a\0", Raw),
        ("a delete", "/a\x7f", Raw),
        ("a space in the query", "/a?b c", Raw),
        ("characters that are not encoded", "/é", Raw),
        ("and in the query", "/a?é", Raw),
        ("half an escape", "/a%", Escape),
        ("and another", "/a%2", Escape),
        ("no hexadecimal", "/a%zz", Escape),
        ("a sign in it", "/a%+1", Escape),
        ("that of IIS", "/a%u002fb", Escape),
        ("an empty segment at the beginning", "//admin", Empty),
        ("an empty segment", "/a//admin", Empty),
        ("empty ones at the end", "/admin//", Empty),
        ("nothing but slashes", "//", Empty),
        ("another host", "//evil.example/admin", Empty),
        ("a dot", "/./admin", Dots),
        ("a dot at the end", "/admin/.", Dots),
        ("and a slash", "/admin/./", Dots),
        ("two dots", "/public/../admin", Dots),
        ("two dots at the end", "/admin/x/..", Dots),
        ("two dots before everything", "/../admin", Dots),
        ("an encoded dot", "/%2e/admin", Dots),
        ("encoded dots", "/public/%2e%2e/admin", Dots),
        ("in upper case", "/public/%2E%2E/admin", Dots),
        ("half encoded", "/public/.%2e/admin", Dots),
        ("the other half", "/public/%2e./admin", Dots),
        ("an encoded slash", "/public%2fadmin", Slash),
        ("in upper case", "/public%2Fadmin", Slash),
        ("with dots", "/public/..%2fadmin", Slash),
        ("a backslash", "/public\\admin", Backslash),
        ("with dots", "/public/..\\admin", Backslash),
        ("an encoded one", "/public%5cadmin", Backslash),
        ("with dots", "/public/%2e%2e%5Cadmin", Backslash),
        ("a double encoding of a dot", "/public/%252e%252e/admin", Twice),
        ("of a slash", "/public%252fadmin", Twice),
        ("of a letter", "/%2561dmin", Twice),
        ("threefold", "/%25252e", Twice),
        ("an encoded percent sign before digits", "/%2541", Twice),
        ("an overlong slash", "/public%c0%afadmin", Utf8),
        ("an overlong dot", "/%c0%ae%c0%ae/admin", Utf8),
        ("an overlong slash of three bytes", "/a%e0%80%afb", Utf8),
        ("Latin-1", "/caf%e9", Utf8),
        ("a surrogate", "/%ed%a0%80", Utf8),
        ("an encoded NUL", "/admin%00.css", Control),
        ("an encoded line end", "/a%0d%0ab", Control),
        ("an encoded tab", "/admin%09", Control),
        ("a C1 control", "/a%c2%85b", Control),
        ("a zero-width space", "/ad%e2%80%8bmin", Control),
        ("a soft hyphen", "/ad%c2%admin", Control),
        ("a byte order mark", "/%ef%bb%bfadmin", Control),
        ("text from right to left", "/%e2%80%aenimda", Control),
        ("a line separator", "/a%e2%80%a8b", Control),
        ("a trailing dot", "/admin.", Trailing),
        ("an encoded one", "/admin%2e/x", Trailing),
        ("many dots", "/public/.../admin", Trailing),
        ("a trailing space", "/admin%20", Trailing),
        ("a leading space", "/%20admin", Trailing),
        ("a trailing space that is wider", "/admin%e2%80%83", Trailing),
        ("dots and spaces", "/admin.%20", Trailing),
        ("parameters", "/admin;a=b", Parameters),
        ("with dots", "/public/..;/admin", Parameters),
        ("encoded", "/admin%3bx", Parameters),
        ("a stream", "/admin::$DATA", Stream),
        ("of a folder", "/admin:$i30:$INDEX_ALLOCATION/x", Stream),
    ] {
        assert_eq!(read(path), Err(expected), "{trick}: {path}");
        assert_eq!(folded(path), Err(expected), "{trick}, folded: {path}");
    }
}

#[test]
fn what_only_looks_like_a_sign_is_refused() {
    for (trick, path) in [
        ("a fullwidth slash", "/public%ef%bc%8fadmin"),
        ("fullwidth dots", "/public/%ef%bc%8e%ef%bc%8e/admin"),
        ("a two dot leader", "/public/%e2%80%a5/admin"),
        ("a one dot leader", "/%e2%80%a4/admin"),
        ("a small full stop", "/admin%ef%b9%92"),
        ("an ellipsis at the end", "/admin%e2%80%a6"),
        ("a fullwidth backslash", "/public%ef%bc%bcadmin"),
        ("a small one", "/public%ef%b9%a8admin"),
        ("a fullwidth semicolon", "/admin%ef%bc%9bx"),
        ("a Greek question mark", "/admin%cd%bex"),
        ("a fullwidth percent sign", "/%ef%bc%852e"),
        ("and digits", "/%ef%bc%85%ef%bc%92%ef%bc%a5"),
        ("a division slash", "/public%e2%88%95admin"),
        ("a fraction slash", "/public%e2%81%84admin"),
        ("within a fraction", "/a%c2%bdb"),
        ("a set minus", "/public%e2%88%96admin"),
        ("a big solidus", "/public%e2%a7%b8admin"),
        ("a yen sign", "/public%c2%a5admin"),
        ("a fullwidth yen sign", "/public%ef%bf%a5admin"),
        ("a won sign", "/public%e2%82%a9admin"),
    ] {
        assert_eq!(read(path), Err(Ambiguous::LookAlike), "{trick}: {path}");
        assert_eq!(folded(path), Err(Ambiguous::LookAlike), "{trick}, folded: {path}");
    }
}

#[test]
fn cases_and_widths_are_one_only_where_the_site_says_so() {
    for (path, plain, expected) in [
        ("/Admin", "/Admin", "/admin"),
        ("/%41DMIN/", "/ADMIN", "/admin"),
        ("/%EF%BC%A1dmin", "/Ａdmin", "/admin"),
        ("/adm%C4%B1n", "/admın", "/admin"),
        ("/%E2%84%AAey", "/Key", "/key"),
        ("/STRA%C3%9FE", "/STRAßE", "/strasse"),
        ("/%CE%A3%CF%83%CF%82", "/Σσς", "/σσσ"),
        ("/%E1%BA%9E", "/ẞ", "/ss"),
    ] {
        assert_eq!(read(path).as_deref(), Ok(plain), "{path}");
        assert_eq!(folded(path).as_deref(), Ok(expected), "{path}");
    }
}

#[test]
fn methods_are_tokens_in_upper_case() {
    for (method, fine) in [
        ("GET", true),
        ("M-SEARCH", true),
        ("PROPFIND", true),
        ("X2", true),
        ("", false),
        ("get", false),
        ("Post", false),
        ("POST ", false),
        ("GET\r\nX", false),
        ("GET/", false),
        ("GÉT", false),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG", false),
    ] {
        let read = WebRequest::read(method, "/", false);
        assert_eq!(read.err(), (!fine).then_some(Ambiguous::Method), "{method:?}");
    }
}

#[test]
fn a_query_names_no_method() {
    for (query, names) in [
        ("", false),
        ("a=_method", false),
        ("method=GET", false),
        ("my_method=1", false),
        ("_methods=1", false),
        ("%zz&%", false),
        ("_method=DELETE", true),
        ("_method", true),
        ("a=b&_METHOD=put", true),
        ("a=b;_method=put", true),
        ("%5fmethod=put", true),
        ("_%6Dethod=put", true),
        ("_%4dETHOD=put", true),
        ("+_method=put", true),
        ("_method%20=put", true),
        ("_method[]=put", true),
        ("_method%5b0%5d=put", true),
        (".method=put", true),
        ("[method=put", true),
        ("_method%00x=put", true),
        ("%ef%bc%bfmethod=put", true),
        ("x-http-method-override=put", true),
        ("X_HTTP_Method=put", true),
        ("X-Method-Override=put", true),
    ] {
        let read = WebRequest::read("POST", &format!("/a?{query}"), false);
        assert_eq!(read.err(), names.then_some(Ambiguous::Override), "{query}");
    }
}

#[test]
fn headers_name_no_method() {
    for (name, names) in [
        ("x-http-method-override", true),
        ("x_http_method_override", true),
        ("x-http_method-override", true),
        ("x-http-method", true),
        ("x-method-override", true),
        ("_method", true),
        ("x-forwarded-method", false),
        ("accept", false),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("host"), HeaderValue::from_static("a"));
        headers.append(HeaderName::from_static(name), HeaderValue::from_static("GET"));
        assert_eq!(method_override(&headers), names, "{name}");
    }
    assert!(!method_override(&HeaderMap::new()));
}

#[test]
fn a_path_is_under_another_one_by_whole_segments() {
    for (path, prefix, insensitive, expected) in [
        ("/admin/x", "/", false, true),
        ("/", "/", false, true),
        ("/admin/x", "/admin", false, true),
        ("/admin/x", "/admin/", false, true),
        ("/admin", "/admin/", false, true),
        ("/admin/", "/admin", false, true),
        ("/administrators", "/admin", false, false),
        ("/a/admin", "/admin", false, false),
        ("/admin", "/admin/x", false, false),
        ("/Admin", "/admin", false, false),
        ("/ADMIN", "/Admin", true, true),
        ("/caf%C3%A9", "/cafe\u{301}", false, true),
        ("/admin", "admin", false, false),
        ("/admin", "", false, true),
    ] {
        let read = WebRequest::read("GET", path, insensitive).expect(path);
        assert_eq!(read.is_under(prefix), expected, "{path} {prefix}");
    }
}
