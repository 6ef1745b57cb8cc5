//! The test by which `make bench` says whether answers can be told apart by their times (benches/load/timing.rs).

#[path = "../../benches/load/ranks.rs"]
mod ranks;

use ranks::Ranks;

/// So many numbers up to 10,000 that look like chance, from a generator of Lehmer's.
fn sample(seed: u64, count: usize) -> Vec<u32> {
    let mut state = seed;
    let mut next = || {
        state = state * 48_271 % 0x7fff_ffff;
        u32::try_from(state % 10_000).expect("small")
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn two_samples_of_the_same_source_are_not_told_apart() {
    for seed in 1..20 {
        let ranks = Ranks::of(&sample(seed, 500), &sample(seed + 1000, 500));
        assert!(!ranks.distinguishable(), "{ranks:?}");
        assert!((0.4..0.6).contains(&ranks.auc), "{ranks:?}");
    }
}

#[test]
fn a_shift_is_found_in_either_direction_and_a_tiny_one_does_not_matter() {
    let (one, other) = (sample(7, 1000), sample(8, 1000));
    let slower: Vec<u32> = other.iter().map(|time| time + 1_500).collect();
    assert!(Ranks::of(&one, &slower).distinguishable() && Ranks::of(&one, &slower).auc > 0.55);
    assert!(Ranks::of(&slower, &one).distinguishable() && Ranks::of(&slower, &one).auc < 0.45);
    let hardly: Vec<u32> = other.iter().map(|time| time + 10).collect();
    assert!(!Ranks::of(&one, &hardly).distinguishable());
}

#[test]
fn it_is_what_the_textbook_says() {
    // Mann and Whitney's U of 1, 2, 4 and 3, 5, 6 is 8 of 9 pairs; its variance 3 · 3 · 7 / 12.
    let ranks = Ranks::of(&[1, 2, 4], &[3, 5, 6]);
    assert!((ranks.auc - 8.0 / 9.0).abs() < 1e-12, "{ranks:?}");
    assert!((ranks.z() - 3.5 / 5.25_f64.sqrt()).abs() < 1e-12, "{ranks:?}");
    // Ties count half, and nothing can be said of samples that are all the same.
    let ranks = Ranks::of(&[5, 5], &[5, 5]);
    assert!((ranks.auc - 0.5).abs() < 1e-12 && ranks.z() == 0.0 && !ranks.distinguishable());
    let (low, high) = Ranks::of(&sample(3, 100), &sample(4, 100)).interval();
    assert!(low < high);
}
