//! Whether two samples come from the same source, by their ranks: nothing is assumed of how they are distributed, and a
//! few slow answers weigh no more than others.

/// Two samples compared.
#[derive(Clone, Copy, Debug)]
pub struct Ranks {
    /// How probable it is that one of the second sample is larger than one of the first, a tie counting half: 0.5 where
    /// there is nothing to tell them apart by (the area under the ROC curve, AUC).
    pub auc: f64,
    /// Its standard error, were they from the same source.
    error: f64,
}

/// The significance that is asked for: 3.29 standard errors, which chance alone passes once in a thousand times.
const SIGNIFICANT: f64 = 3.29;
/// The effect that is asked for: whoever guesses by one answer is right in 55 of 100 cases, and not in 50.
const NOTABLE: f64 = 0.05;
/// So many standard errors either side hold the truth in 95 of 100 cases.
const CONFIDENCE: f64 = 1.96;

impl Ranks {
    /// Mann and Whitney's U as a share of all pairs, with the normal approximation of its spread, corrected for ties. Of
    /// samples with some dozens of values each at the least.
    #[must_use]
    pub fn of(first: &[u32], second: &[u32]) -> Self {
        let mut all: Vec<(u32, bool)> = first.iter().map(|&value| (value, false)).collect();
        all.extend(second.iter().map(|&value| (value, true)));
        all.sort_unstable();
        let (mut rank_sum, mut ties, mut before) = (0.0, 0.0, 0.0);
        for equal in all.chunk_by(|a, b| a.0 == b.0) {
            let count = float(equal.len());
            // Equal values share the mean of their ranks.
            let rank = before + f64::midpoint(count, 1.0);
            rank_sum += rank * float(equal.iter().filter(|(_, second)| *second).count());
            ties += count.powi(3) - count;
            before += count;
        }
        let (n1, n2) = (float(first.len()), float(second.len()));
        let n = n1 + n2;
        let u = rank_sum - n2 * (n2 + 1.0) / 2.0;
        let variance = n1 * n2 / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
        Self { auc: u / (n1 * n2), error: variance.sqrt() / (n1 * n2) }
    }

    /// The difference in standard errors.
    #[must_use]
    pub fn z(&self) -> f64 {
        if self.error == 0.0 { 0.0 } else { (self.auc - 0.5) / self.error }
    }

    /// Between what the AUC is in 95 of 100 cases.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        (self.auc - CONFIDENCE * self.error, self.auc + CONFIDENCE * self.error)
    }

    /// Whether they can be told apart: by more than chance, and by enough to matter.
    #[must_use]
    pub fn distinguishable(&self) -> bool {
        self.z().abs() > SIGNIFICANT && (self.auc - 0.5).abs() > NOTABLE
    }
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
