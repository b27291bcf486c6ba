//! Tables for a terminal: plain text, at most [`WIDTH`] columns.
//!
//! Columns are counted in characters. Texts that came from elsewhere lose their control characters with [`plain`].

/// No line is longer than this.
pub(crate) const WIDTH: usize = 100;
/// Spaces between columns.
const GAP: usize = 2;
/// The first column of a grid is at least this wide, and figures are shortened for that.
const LEAST_NAME: usize = 14;
/// Figures longer than this are written with an exponent when a grid would be too wide.
const LONG_FIGURE: usize = 6;

/// A grid: its first column is text from the left and wraps, the others are figures from the right.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// Lines of heads.
    heads: Vec<Vec<String>>,
    /// Rows of cells.
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A grid with these lines of heads and rows of cells, all of the same number of columns.
    pub(crate) fn new<const N: usize>(heads: &[[&str; N]], rows: Vec<[String; N]>) -> Self {
        let heads = heads.iter().map(|line| line.map(str::to_owned).to_vec());
        Self {
            heads: heads.collect(),
            rows: rows.into_iter().map(Vec::from).collect(),
        }
    }

    /// The lines of the grid.
    pub(crate) fn lines(mut self) -> Vec<String> {
        if self.figures_width() + LEAST_NAME > WIDTH {
            for cell in self.rows.iter_mut().flat_map(|row| row.iter_mut().skip(1)) {
                shorten(cell);
            }
        }
        let names = self
            .heads
            .iter()
            .chain(&self.rows)
            .filter_map(|row| row.first());
        let longest = names.map(|name| name.chars().count()).max().unwrap_or(0);
        let room = WIDTH.saturating_sub(self.figures_width()).max(1);
        let width = longest.min(room);
        let widths = self.widths();
        let mut lines = Vec::new();
        for row in self.heads.iter().chain(&self.rows) {
            let name = row.first().map(String::as_str).unwrap_or_default();
            let mut names = broken(name, width, 2).into_iter();
            let mut line = format!("{:<width$}", names.next().unwrap_or_default());
            for (cell, width) in row.iter().skip(1).zip(&widths) {
                line.push_str(&format!("{:GAP$}{cell:>width$}", ""));
            }
            lines.push(line);
            lines.extend(names);
        }
        lines
    }

    /// The widths of the columns after the first.
    fn widths(&self) -> Vec<usize> {
        let columns = self.heads.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.heads.iter().chain(&self.rows);
            cells
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        (1..columns).map(width).collect()
    }

    /// The width of all columns after the first, with the gaps before them.
    fn figures_width(&self) -> usize {
        self.widths().iter().map(|width| width + GAP).sum()
    }
}

/// Writes a long figure with an exponent.
fn shorten(cell: &mut String) {
    if cell.chars().count() <= LONG_FIGURE {
        return;
    }
    if let Ok(value) = cell.replace(',', "").parse::<f64>() {
        *cell = format!("{value:.0e}");
    }
}

/// Text without control characters and without characters that change the direction of what follows.
pub(crate) fn plain(text: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|letter| match letter {
            '\n' | '\t' | '\r' => ' ',
            _ if letter.is_control() || turns(letter) => '\u{FFFD}',
            _ => letter,
        })
        .collect()
}

/// Text in lines of at most [`WIDTH`] columns, all but the first indented.
pub(crate) fn wrapped(text: &str, indent: usize) -> Vec<String> {
    broken(text, WIDTH, indent)
}

/// Text in lines of at most `width` columns, all but the first indented. Words that are too long are cut.
fn broken(text: &str, width: usize, indent: usize) -> Vec<String> {
    let indent = if indent + 4 < width { indent } else { 0 };
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut columns = 0;
    for word in text.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if columns > indent && columns + length > width && length <= width - indent {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            columns = indent;
        }
        for letter in word.chars() {
            if columns == width && letter == ' ' {
                continue;
            }
            if columns == width {
                lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
                columns = indent;
            }
            line.push(letter);
            columns += 1;
        }
    }
    if !line.trim().is_empty() {
        lines.push(line);
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_under_one_another_on_the_right() {
        let rows = [["name", "1,000", "2"], ["n", "–", "30"]];
        let rows = rows.map(|row| row.map(str::to_owned));
        let lines = Grid::new(&[["", "a", "long"]], rows.into()).lines();
        assert_eq!(
            lines,
            [
                "          a  long",
                "name  1,000     2",
                "n         –    30"
            ]
        );
    }

    #[test]
    fn words_move_to_the_next_line_and_endless_ones_are_cut() {
        assert_eq!(broken("aa bb cc", 5, 0), ["aa bb", "cc"]);
        assert_eq!(broken("abcdefgh", 3, 0), ["abc", "def", "gh"]);
        assert_eq!(broken("one two three", 9, 2), ["one two", "  three"]);
        assert_eq!(broken("", 9, 2), Vec::<String>::new());
    }
}
