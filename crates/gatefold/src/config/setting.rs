//! What one setting is: the row type of the [catalogue](super::catalogue).

/// One setting: everything the loader, `config check`, `config explain`, `--help` and the reference say about it.
#[derive(Debug)]
pub struct Setting {
    /// Name in `gatefold.toml`; a dot separates the table from the key.
    pub key: &'static str,
    /// Environment variables, the strongest first; those after the first are aliases.
    pub env: &'static [&'static str],
    /// Long option on the command line, without its dashes.
    pub flag: &'static str,
    /// Shape of the value.
    pub kind: Kind,
    /// What holds when nobody sets it.
    pub fallback: Fallback,
    /// One sentence or two for the reader of `--help`.
    pub doc: &'static str,
    /// A value that would be right.
    pub example: &'static str,
    /// Whether the value may be shown.
    pub exposure: Exposure,
}

/// Shape of a value.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Free text.
    Text,
    /// A path of the file system, relative to the working directory.
    Path,
    /// An IP address with a port.
    Address,
    /// An address of the web.
    Url,
    /// Texts in a TOML array, separated by commas elsewhere.
    List,
    /// A whole number, both ends included.
    Number(u32, u32),
    /// One word out of these.
    Choice(&'static [&'static str]),
}

/// What holds when nobody sets a value.
#[derive(Clone, Copy, Debug)]
pub enum Fallback {
    /// This text, parsed like any other.
    Value(&'static str),
    /// Computed from other settings or the machine; the text says how.
    Derived(&'static str),
    /// Nothing; the text says what its absence means.
    Unset(&'static str),
}

/// Whether a value may be shown to whoever runs `config explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Shown as it is.
    Plain,
    /// An address that may hold a password, which is masked.
    PasswordInside,
}

impl Setting {
    /// The environment variable to recommend; every row of the catalogue has one.
    #[must_use]
    pub fn variable(&self) -> &'static str {
        self.env.first().copied().unwrap_or_default()
    }

    /// Names of the environment after the first.
    #[must_use]
    pub fn aliases(&self) -> &'static [&'static str] {
        self.env.get(1..).unwrap_or_default()
    }

    /// The value as it may be shown.
    #[must_use]
    pub fn display(&self, text: &str) -> String {
        match self.exposure {
            Exposure::Plain => text.to_owned(),
            Exposure::PasswordInside => super::redact::address(text),
        }
    }
}

impl Kind {
    /// The word in angle brackets after an option in `--help`.
    #[must_use]
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Path => "PATH",
            Self::Address => "ADDRESS",
            Self::Url => "URL",
            Self::List => "LIST",
            Self::Number(..) => "NUMBER",
            Self::Choice(_) => "WORD",
        }
    }

    /// What a right value looks like, for the reference.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Path => "path".to_owned(),
            Self::Address => "IP address and port".to_owned(),
            Self::Url => "URL".to_owned(),
            Self::List => "list of texts (commas in the environment and in flags)".to_owned(),
            Self::Number(from, to) => format!("number from {from} to {to}"),
            Self::Choice(words) => one_of(words),
        }
    }

    /// How the value is written in TOML, for a message to who wrote it otherwise.
    #[must_use]
    pub fn in_toml(self) -> &'static str {
        match self {
            Self::Number(..) => "a whole number without quotes",
            Self::List => "an array of texts",
            Self::Text | Self::Path | Self::Address | Self::Url | Self::Choice(_) => {
                "a text in quotes"
            }
        }
    }

    /// The example written as TOML.
    #[must_use]
    pub fn as_toml(self, text: &str) -> String {
        match self {
            Self::Number(..) => text.to_owned(),
            Self::List => {
                let quoted: Vec<_> = text.split(',').map(|t| format!("{t:?}")).collect();
                format!("[{}]", quoted.join(", "))
            }
            _ => format!("{text:?}"),
        }
    }
}

/// `a, b or c`, each in backquotes.
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|w| format!("`{w}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
