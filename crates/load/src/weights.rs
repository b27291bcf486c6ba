//! Choosing by weight.

/// Chooses one of these, each as often as it weighs. The first where nothing weighs anything.
///
/// # Panics
/// When there is nothing to choose from.
pub(crate) fn choose<T: Copy>(weighed: &[(T, u32)], chance: &mut fastrand::Rng) -> T {
    let total: u32 = weighed.iter().map(|(_, weight)| weight).sum();
    let mut drawn = chance.u32(..total.max(1));
    for (thing, weight) in weighed {
        if drawn < *weight {
            return *thing;
        }
        drawn -= weight;
    }
    weighed[0].0
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHED: [(char, u32); 3] = [('a', 60), ('b', 15), ('c', 25)];

    #[test]
    fn things_come_as_often_as_they_weigh() {
        let mut chance = fastrand::Rng::with_seed(1);
        let drawn: Vec<char> = (0..10_000).map(|_| choose(&WEIGHED, &mut chance)).collect();
        for (thing, weight) in WEIGHED {
            let times = drawn.iter().filter(|each| **each == thing).count();
            let expected = weight as usize * 100;
            assert!(times.abs_diff(expected) < 200, "{thing} {times}");
        }
    }

    #[test]
    fn the_same_seed_chooses_the_same() {
        let draw = |seed| -> Vec<char> {
            let mut chance = fastrand::Rng::with_seed(seed);
            (0..50).map(|_| choose(&WEIGHED, &mut chance)).collect()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn what_weighs_nothing_is_the_first() {
        let mut chance = fastrand::Rng::with_seed(1);
        assert_eq!(choose(&[('x', 0), ('y', 0)], &mut chance), 'x');
    }
}
