//! How far a command is, on standard error. Nothing is shown where nobody looks.

use std::fmt::Write;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// One line, which stays hidden without a terminal.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A line of text, empty at first.
    pub(crate) fn line() -> Self {
        let bar = ProgressBar::new_spinner();
        Self(match ProgressStyle::with_template("{wide_msg}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// A bar that counts up to so many things, with how many come in a second and how long it still takes.
    pub(crate) fn counting(total: u64, things: &str) -> Self {
        let bar = ProgressBar::new(total);
        let template = format!(
            "{{wide_bar}} {{human_pos}} of {{human_len}} {things}, {{rate}}, {{eta}} left {{msg}}"
        );
        Self(match ProgressStyle::with_template(&template) {
            Ok(style) => bar.with_style(style.with_key("rate", write_rate)),
            Err(_) => bar,
        })
    }

    /// Shows this text; on a bar, behind it.
    pub(crate) fn say(&self, text: impl Into<String>) {
        self.0.set_message(text.into());
        self.0.tick();
    }

    /// Counts so many more.
    pub(crate) fn add(&self, number: u64) {
        self.0.inc(number);
    }

    /// How many were counted.
    pub(crate) fn counted(&self) -> u64 {
        self.0.position()
    }

    /// Empties a line of text.
    pub(crate) fn clear(&self) {
        self.say("");
    }

    /// Takes the line away before something else is printed.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// How many come in a second, without a fraction where there are many.
fn write_rate(state: &ProgressState, out: &mut dyn Write) {
    let rate = state.per_sec();
    let decimals = if rate < 10.0 { 1 } else { 0 };
    // The bar shows nothing where this cannot be written.
    let _ = write!(out, "{rate:.decimals$}/s");
}
