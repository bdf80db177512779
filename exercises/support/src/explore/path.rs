//! The choices of one schedule, and how to get from them to the next schedule's: depth first.

/// A place where the schedule could go on in several ways.
struct Fork {
    taken: usize,
    ways: usize,
}

/// The forks of the schedule that runs, the first decision first.
#[derive(Default)]
pub(super) struct Path {
    forks: Vec<Fork>,
    /// How many of them this run has passed.
    passed: usize,
}

impl Path {
    /// Which of so many ways to go: what was decided before, or the first way at a new fork.
    pub(super) fn choose(&mut self, ways: usize) -> usize {
        if ways == 1 {
            return 0;
        }
        if self.passed == self.forks.len() {
            self.forks.push(Fork { taken: 0, ways });
        }
        let fork = &self.forks[self.passed];
        assert_eq!(
            fork.ways, ways,
            "the same decisions led to another place than before: does the program depend on the real \
             clock, or on chance?"
        );
        self.passed += 1;
        fork.taken
    }

    /// Changes the last decision that can be changed, and begins again. False when all schedules were run.
    pub(super) fn next(&mut self) -> bool {
        self.passed = 0;
        while let Some(mut fork) = self.forks.pop() {
            if fork.taken + 1 < fork.ways {
                fork.taken += 1;
                self.forks.push(fork);
                return true;
            }
        }
        false
    }
}
