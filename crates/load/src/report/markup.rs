//! Pieces of HTML: escaping, and tables whose cells are text.

use super::figures::ABSENT;

/// Text that may stand in an element or a quoted attribute. Control characters are replaced, because a
/// document must not hold them.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(letter),
            _ if letter.is_control() => safe.push('\u{FFFD}'),
            _ => safe.push(letter),
        }
    }
    safe
}

/// A figure, or for an absent one a dash that is also said in words.
pub(super) fn figure(text: &str) -> String {
    if text == ABSENT {
        format!(
            "<span aria-hidden=\"true\">{ABSENT}</span><span class=\"hush\">not measured</span>"
        )
    } else {
        escape(text)
    }
}

/// A table with a caption, whose first column names the rows.
#[derive(Clone, Debug)]
pub(super) struct Grid<'a> {
    /// What the table shows, in a few words.
    pub(super) caption: &'a str,
    /// The columns.
    pub(super) heads: &'a [Head],
    /// The rows, each with a cell for each column.
    pub(super) rows: Vec<Vec<Cell>>,
}

/// The head of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// What this column and its neighbours with the same words have in common; empty for a column alone.
    pub(super) group: &'static str,
    /// What the column holds.
    pub(super) title: &'static str,
    /// How its cells stand.
    pub(super) kind: Kind,
}

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words, from the beginning.
    Words,
    /// Figures, at the end.
    Figures,
}

/// One cell, not yet escaped.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// Text or a figure.
    Plain(String),
    /// A name with a second line below it.
    Named(String, String),
    /// A word with a class of the style sheet that colours it.
    Badge(&'static str, &'static str),
}

impl Head {
    /// A column alone.
    pub(super) const fn alone(title: &'static str, kind: Kind) -> Self {
        Self {
            group: "",
            title,
            kind,
        }
    }

    /// A column of figures under a common head.
    pub(super) const fn under(group: &'static str, title: &'static str) -> Self {
        Self {
            group,
            title,
            kind: Kind::Figures,
        }
    }

    /// The class of its cells.
    fn class(self) -> &'static str {
        match self.kind {
            Kind::Words => "words",
            Kind::Figures => "figure",
        }
    }
}

impl Cell {
    /// Its content as HTML.
    fn markup(&self) -> String {
        match self {
            Self::Plain(text) => figure(text),
            Self::Named(name, below) => format!("{}<small>{}</small>", escape(name), escape(below)),
            Self::Badge(class, word) => format!("<span class=\"badge {class}\">{word}</span>"),
        }
    }
}

impl Grid<'_> {
    /// The table, in a box that scrolls on its own where the page is narrow.
    pub(super) fn markup(&self) -> String {
        let caption = escape(self.caption);
        let mut table = format!(
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\"><table><caption>{caption}</caption><thead>{}</thead><tbody>",
            self.head()
        );
        for row in &self.rows {
            table.push_str("<tr>");
            for (index, (cell, head)) in row.iter().zip(self.heads).enumerate() {
                let content = cell.markup();
                table.push_str(&if index == 0 {
                    format!("<th scope=\"row\">{content}</th>")
                } else {
                    format!("<td class=\"{}\">{content}</td>", head.class())
                });
            }
            table.push_str("</tr>\n");
        }
        table.push_str("</tbody></table></div>\n");
        table
    }

    /// The heads: one row, or two where columns have a common head.
    fn head(&self) -> String {
        let grouped = self.heads.iter().any(|head| !head.group.is_empty());
        if !grouped {
            let cells: String = self.heads.iter().map(|head| alone(*head, 1)).collect();
            return format!("<tr>{cells}</tr>");
        }
        let (mut above, mut below) = (String::new(), String::new());
        for group in self
            .heads
            .chunk_by(|head, next| !head.group.is_empty() && head.group == next.group)
        {
            if group[0].group.is_empty() {
                above.push_str(&alone(group[0], 2));
                continue;
            }
            above.push_str(&format!(
                "<th scope=\"colgroup\" class=\"group\" colspan=\"{}\">{}</th>",
                group.len(),
                group[0].group
            ));
            below.extend(group.iter().map(|head| alone(*head, 1)));
        }
        format!("<tr>{above}</tr><tr>{below}</tr>")
    }
}

/// The head of one column, over this many rows.
fn alone(head: Head, rows: usize) -> String {
    format!(
        "<th scope=\"col\" class=\"{}\" rowspan=\"{rows}\">{}</th>",
        head.class(),
        head.title
    )
}

/// Names of elements that are opened and not closed, or closed and not opened.
#[cfg(test)]
pub(super) fn unclosed(document: &str) -> Vec<String> {
    const VOID: [&str; 4] = ["meta", "!doctype", "br", "link"];
    let (mut open, mut wrong) = (Vec::new(), Vec::new());
    for piece in document.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap_or_default();
        if tag.ends_with('/') {
            continue;
        }
        let name = tag.split_whitespace().next().unwrap_or_default();
        if let Some(closed) = name.strip_prefix('/') {
            if open.last() == Some(&closed) {
                open.pop();
            } else {
                wrong.push(name.to_owned());
            }
        } else if !VOID.contains(&name) {
            open.push(name);
        }
    }
    wrong.extend(open.into_iter().map(str::to_owned));
    wrong
}

#[cfg(test)]
mod tests {
    use super::{Cell, Grid, Head, Kind, escape, figure, unclosed};

    #[test]
    fn nothing_in_a_text_can_become_markup() {
        assert_eq!(
            escape("<script>alert('&\"')</script>\u{0}\u{1b}[31m\n"),
            "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;\u{FFFD}\u{FFFD}[31m\n"
        );
    }

    #[test]
    fn an_absent_figure_is_said_in_words() {
        assert!(figure("–").contains("not measured"));
        assert_eq!(figure("12"), "12");
    }

    #[test]
    fn columns_with_a_common_head_have_two_rows_of_heads() {
        let heads = [
            Head::alone("What", Kind::Words),
            Head::under("Latency", "p50"),
            Head::under("Latency", "p99"),
            Head::alone("Failed", Kind::Figures),
        ];
        let markup = Grid {
            caption: "A & B",
            heads: &heads,
            rows: vec![vec![
                Cell::Named("<b>".to_owned(), "below".to_owned()),
                Cell::Plain("1".to_owned()),
                Cell::Plain("–".to_owned()),
                Cell::Badge("good", "Met"),
            ]],
        }
        .markup();
        assert!(markup.contains("colspan=\"2\">Latency"), "{markup}");
        assert_eq!(markup.matches("rowspan=\"2\"").count(), 2);
        assert!(markup.contains("<th scope=\"row\">&lt;b&gt;<small>below"));
        assert!(markup.contains("<caption>A &amp; B</caption>"));
        assert_eq!(unclosed(&markup), Vec::<String>::new());
    }

    #[test]
    fn the_check_of_tags_finds_what_is_not_closed() {
        assert_eq!(unclosed("<p><b>x</p>"), ["/p", "p", "b"]);
        assert_eq!(unclosed("<p><path d=\"M\"/>x</p>"), Vec::<String>::new());
    }
}
