//! A small line plot as SVG.
//!
//! The drawing has no size of its own. Marks and words are placed by percentages, and the lines live in an
//! inner drawing that is stretched without its strokes; so words keep their size however narrow the page is.
//! Words stand outside the drawing's edges, where the style sheet leaves a margin for them. A line's look is a
//! class of the style sheet, with a colour and a dash pattern.

use super::markup::escape;
use super::scale::Scale;

/// How many looks of lines there are.
pub(super) const LOOKS: usize = 6;

/// Of more marks than this from left to right, each second one can be hidden by the style sheet.
const MOST_MARKS: usize = 6;

/// The side of the inner drawing, in its own units.
const SIDE: f64 = 1_000.0;

/// The points of a line in order; `None` interrupts it.
pub(super) type Points = Vec<Option<(f64, f64)>>;

/// A plot of some lines over one pair of axes.
#[derive(Clone, Debug)]
pub(super) struct Plot {
    /// What it shows, for those who do not see it.
    pub(super) label: String,
    /// From left to right.
    pub(super) across: Axis,
    /// From the bottom up.
    pub(super) up: Axis,
    /// The lines, the first on top.
    pub(super) lines: Vec<Line>,
}

/// One axis.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// Where values lie.
    pub(super) scale: Scale,
    /// Values that are marked and what is written there.
    pub(super) marks: Vec<(f64, String)>,
    /// What is measured and its unit.
    pub(super) title: String,
}

/// One line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Which look it has; counted around after [`LOOKS`].
    pub(super) look: usize,
    /// Its points.
    pub(super) points: Points,
}

impl Axis {
    /// An axis that is marked at the round numbers of its scale.
    pub(super) fn marked(scale: Scale, title: &str) -> Self {
        let marks = scale.marks().into_iter();
        Self {
            scale,
            marks: marks
                .map(|value| (value, super::figures::mark(value)))
                .collect(),
            title: title.to_owned(),
        }
    }
}

impl Plot {
    /// The drawing.
    pub(super) fn svg(&self) -> String {
        let mut svg = format!(
            "<svg class=\"plot\" role=\"img\" aria-label=\"{}\">",
            escape(&self.label)
        );
        for (value, text) in &self.up.marks {
            let place = percentage(1.0 - self.up.scale.place(*value));
            svg.push_str(&format!(
                "<line class=\"rule\" x1=\"0\" x2=\"100%\" y1=\"{place}\" y2=\"{place}\"/>\
                 <text x=\"-8\" y=\"{place}\" dy=\".32em\" text-anchor=\"end\">{}</text>",
                escape(text)
            ));
        }
        let crowded = self.across.marks.len() > MOST_MARKS;
        for (index, (value, text)) in self.across.marks.iter().enumerate() {
            let place = percentage(self.across.scale.place(*value));
            let class = if crowded && index % 2 == 1 {
                " class=\"spare\""
            } else {
                ""
            };
            svg.push_str(&format!(
                "<line class=\"rule\" x1=\"{place}\" x2=\"{place}\" y1=\"0\" y2=\"100%\"/>\
                 <text{class} x=\"{place}\" y=\"100%\" dy=\"1.6em\" text-anchor=\"middle\">{}</text>",
                escape(text)
            ));
        }
        svg.push_str(&format!(
            "<text class=\"title\" x=\"0\" y=\"0\" dy=\"-.9em\">{}</text>\
             <text class=\"title\" x=\"100%\" y=\"100%\" dy=\"3.1em\" text-anchor=\"end\">{}</text>",
            escape(&self.up.title),
            escape(&self.across.title)
        ));
        svg.push_str(&format!(
            "<svg viewBox=\"0 0 {SIDE} {SIDE}\" preserveAspectRatio=\"none\">"
        ));
        for line in self.lines.iter().rev() {
            svg.push_str(&format!(
                "<path class=\"look{}\" d=\"{}\"/>",
                line.look % LOOKS,
                self.path(line)
            ));
        }
        svg.push_str("</svg></svg>");
        svg
    }

    /// A line as the commands of a path. Points that are not finite interrupt it.
    fn path(&self, line: &Line) -> String {
        let mut path = String::new();
        let mut command = 'M';
        for point in &line.points {
            let Some((across, up)) = point.filter(|(x, y)| x.is_finite() && y.is_finite()) else {
                command = 'M';
                continue;
            };
            path.push_str(&format!(
                "{command}{} {}",
                coordinate(self.across.scale.place(across)),
                coordinate(1.0 - self.up.scale.place(up)),
            ));
            command = 'L';
        }
        path
    }
}

/// The key to a line: a piece of it.
pub(super) fn swatch(look: usize) -> String {
    format!(
        "<svg class=\"swatch\" width=\"30\" height=\"10\" aria-hidden=\"true\"><path class=\"look{}\" d=\"M2 5L28 5\"/></svg>",
        look % LOOKS
    )
}

/// A place in the inner drawing, with one decimal at most.
fn coordinate(place: f64) -> String {
    let tenths = (place * SIDE * 10.0).round();
    format!("{}", tenths / 10.0)
}

/// A place in the outer drawing, with two decimals at most.
fn percentage(place: f64) -> String {
    let hundredths = (place * 10_000.0).round();
    format!("{}%", hundredths / 100.0)
}

#[cfg(test)]
mod tests {
    use super::{Axis, Line, Plot};
    use crate::report::markup::unclosed;
    use crate::report::scale::Scale;

    fn plot(points: Vec<Option<(f64, f64)>>) -> String {
        Plot {
            label: "A \"label\" <b>".to_owned(),
            across: Axis::marked(Scale::from_zero(10.0), "seconds"),
            up: Axis::marked(Scale::from_zero(100.0), "a second"),
            lines: vec![Line { look: 7, points }],
        }
        .svg()
    }

    #[test]
    fn points_become_a_path_and_gaps_interrupt_it() {
        let svg = plot(vec![
            Some((0.0, 0.0)),
            Some((5.0, 50.0)),
            None,
            Some((f64::NAN, 1.0)),
            Some((10.0, 100.0)),
        ]);
        assert!(svg.contains("d=\"M0 1000L500 500M1000 0\""), "{svg}");
        assert!(svg.contains("class=\"look1\""), "looks are counted around");
    }

    #[test]
    fn each_second_of_many_marks_is_spare() {
        let mut plot = Plot {
            label: String::new(),
            across: Axis::marked(Scale::log(2.0, 500.0), "milliseconds"),
            up: Axis::marked(Scale::from_zero(1.0), "cores"),
            lines: Vec::new(),
        };
        assert_eq!(plot.svg().matches("class=\"spare\"").count(), 4);
        plot.across.marks.truncate(6);
        assert_eq!(plot.svg().matches("class=\"spare\"").count(), 0);
    }

    #[test]
    fn a_plot_without_points_is_still_a_drawing() {
        let svg = plot(Vec::new());
        assert_eq!(unclosed(&svg), Vec::<String>::new());
        assert!(svg.contains("aria-label=\"A &quot;label&quot; &lt;b&gt;\""));
        assert!(!svg.contains("NaN"));
    }
}
