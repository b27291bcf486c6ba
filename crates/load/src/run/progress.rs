//! One line on standard error that says how far the run is. Nothing is shown where nobody looks.

use std::cell::RefCell;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::drive::rate;
use super::recorder::Recorder;
use crate::clock::Moment;

/// How often the line changes while people act.
const EVERY: Duration = Duration::from_millis(500);

/// The line.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// An empty line, which stays hidden without a terminal.
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Shows this text.
    pub(crate) fn say(&self, text: impl Into<String>) {
        self.0.set_message(text.into());
        self.0.tick();
    }

    /// Empties the line.
    pub(crate) fn clear(&self) {
        self.say("");
    }

    /// Takes the line away before something else is printed.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }

    /// Shows what was recorded until now, again and again. Does not end.
    pub(crate) async fn show(&self, recorder: &RefCell<Recorder>, name: &str) {
        let mut next = Moment::now();
        loop {
            self.say(line(&recorder.borrow(), name));
            next = next.plus(EVERY);
            next.reached().await;
        }
    }
}

/// `gatefold: 12 s of 20 s · 1,834/s · p95 21 ms · 0 errors`.
fn line(recorder: &Recorder, name: &str) -> String {
    let window = recorder.window();
    let now = Moment::now().min(window.ends);
    if now < window.starts {
        return format!("{name}: warming up");
    }
    let passed = now.since(window.starts).as_secs_f64();
    let p95 = recorder.p95_ms().map_or_else(
        || "nothing done yet".to_owned(),
        |p95| format!("p95 {p95:.0} ms"),
    );
    let errors = recorder.failed();
    format!(
        "{name}: {passed:.0} s of {:.0} s · {}/s · {p95} · {} {}",
        window.seconds(),
        thousands(rate(recorder.done(), passed)),
        thousands(super::drive::count(errors)),
        if errors == 1 { "error" } else { "errors" },
    )
}

/// A whole number with commas.
pub(crate) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_every_three_digits() {
        let texts = [0.0, 7.0, 999.0, 1_834.4, 1_234_567.0].map(thousands);
        assert_eq!(texts, ["0", "7", "999", "1,834", "1,234,567"]);
    }

    #[test]
    fn the_line_says_what_was_recorded() {
        let window = super::super::pace::Window::opening_now(Duration::ZERO, Duration::ZERO);
        let recorder = Recorder::new(window);
        let line = line(&recorder, "gatefold");
        assert_eq!(
            line,
            "gatefold: 0 s of 0 s · 0/s · nothing done yet · 0 errors"
        );
    }
}
