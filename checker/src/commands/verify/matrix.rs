//! Draws which tests reject which wrong answers.

use super::copy::Part;
use super::lanes::{Finding, Trial};
use super::{Chapter, outcome};
use crate::run::Outcome;
use crate::verdict::Verdict;

/// The width of the column of the wrong answers' names, so that 13 tests fit into 95 columns.
const NAMES: usize = 43;

/// What one test said about one wrong answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// It accepts it.
    Accepts,
    /// It rejects it, and is named by it.
    Named,
    /// It rejects it.
    Rejects,
    /// It rejects it by never ending.
    Hangs,
    /// It rejects it in some of the runs.
    Sometimes,
    /// It is named, and accepts it.
    Missed,
    /// It does not run on this machine.
    Absent,
}

impl Mark {
    fn of(runs: &[Vec<Outcome>], test: &str, is_named: bool) -> Mark {
        let outcomes: Vec<&Outcome> = runs.iter().filter_map(|run| outcome(run, test)).collect();
        let accepting = outcomes.iter().filter(|o| o.verdict.is_pass()).count();
        let is_hung = |outcome: &&Outcome| matches!(outcome.verdict, Verdict::Hung { .. });
        match (outcomes.len(), accepting) {
            (0, _) => Mark::Absent,
            (all, passing) if all == passing && is_named => Mark::Missed,
            (all, passing) if all == passing => Mark::Accepts,
            (_, 1..) => Mark::Sometimes,
            _ if outcomes.iter().any(is_hung) => Mark::Hangs,
            _ if is_named => Mark::Named,
            _ => Mark::Rejects,
        }
    }

    fn rejects(self) -> bool {
        matches!(self, Mark::Named | Mark::Rejects | Mark::Hangs)
    }

    fn sign(self) -> char {
        match self {
            Mark::Accepts => '.',
            Mark::Named => 'X',
            Mark::Rejects => 'x',
            Mark::Hangs => 'h',
            Mark::Sometimes => '?',
            Mark::Missed => '!',
            Mark::Absent => ' ',
        }
    }
}

/// The chapter's wrong answers against its tests.
pub fn draw(chapter: &Chapter<'_>, trials: &[Trial], findings: &[Finding]) -> String {
    let tests = &chapter.spec.tests;
    let mut text = format!(
        "\n{}: X rejected by a test that it names, x by another, h by hanging,\n\
         ? in some runs only, ! named in vain, . accepted\n\n",
        chapter.exercise.label()
    );
    let numbers: Vec<String> = (1..=tests.len()).map(|n| n.to_string()).collect();
    text.push_str(&row("", &numbers));
    // For each test: how many wrong answers it rejects, and how many nobody else does.
    let mut counts = vec![(0, 0); tests.len()];
    for (trial, finding) in trials.iter().zip(findings) {
        let (Part::Wrong(index), Finding::Ran(runs)) = (trial.part, finding) else {
            continue;
        };
        let answer = &chapter.answers[index];
        let Some(wrong) = answer.wrong() else {
            continue;
        };
        let marks: Vec<Mark> = tests
            .iter()
            .map(|test| Mark::of(runs, &test.name, wrong.rejected_by.contains(&test.name)))
            .collect();
        let rejecting = marks.iter().filter(|mark| mark.rejects()).count();
        for (mark, (all, alone)) in marks.iter().zip(&mut counts) {
            *all += usize::from(mark.rejects());
            *alone += usize::from(mark.rejects() && rejecting == 1);
        }
        let signs: Vec<String> = marks.iter().map(|mark| mark.sign().to_string()).collect();
        let name = answer.path.trim_start_matches("wrong/");
        text.push_str(&row(name.trim_end_matches(".txt"), &signs));
    }
    let column = |pick: fn(&(usize, usize)) -> usize| -> Vec<String> {
        counts.iter().map(|count| pick(count).to_string()).collect()
    };
    text.push_str(&row("rejected by it", &column(|(all, _)| *all)));
    text.push_str(&row("rejected by it alone", &column(|(_, alone)| *alone)));
    text.push('\n');
    for (number, test) in (1..).zip(tests) {
        let given = if test.given { " (given)" } else { "" };
        text.push_str(&format!("{number:>3} {}{given}\n", test.name));
    }
    text
}

fn row(name: &str, cells: &[String]) -> String {
    let name: String = name.chars().take(NAMES).collect();
    let cells: String = cells.iter().map(|cell| format!("{cell:>4}")).collect();
    format!("{}\n", format!("{name:<NAMES$}{cells}").trim_end())
}
