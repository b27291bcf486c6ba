//! What the line shows while people act.

use std::cell::RefCell;
use std::time::Duration;

use super::drive::rate;
use super::recorder::Recorder;
use crate::clock::Moment;
use crate::progress::Progress;
use crate::report::figures::{amount, seconds, several};

/// How often the line changes.
const EVERY: Duration = Duration::from_millis(500);

/// Shows what was recorded until now, again and again. Does not end.
pub(crate) async fn show(progress: &Progress, recorder: &RefCell<Recorder>, name: &str) {
    let mut next = Moment::now();
    loop {
        progress.say(line(&recorder.borrow(), name));
        next = next.plus(EVERY);
        next.reached().await;
    }
}

/// `gatefold: 12 s of 20 s · 1,834/s · p95 21.0 ms · 0 errors`.
fn line(recorder: &Recorder, name: &str) -> String {
    let window = recorder.window();
    let now = Moment::now().min(window.ends);
    if now < window.starts {
        return format!("{name}: warming up");
    }
    let passed = now.since(window.starts).as_secs_f64();
    let p95 = recorder.p95_ms().map_or_else(
        || "nothing done yet".to_owned(),
        |p95| format!("p95 {} ms", amount(p95)),
    );
    format!(
        "{name}: {passed:.0} s of {} s · {}/s · {p95} · {}",
        seconds(window.seconds()),
        amount(rate(recorder.done(), passed)),
        several(recorder.failed(), "error", "errors"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

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
