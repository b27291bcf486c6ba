//! Which transactions wrote and were committed, judged by what the server answers, and where its answer
//! does not say, by what it was asked.

use super::frames::Frame;

/// The transaction that one connection is in, if any.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    /// A statement in it changed rows.
    wrote: bool,
    /// It failed, or is being rolled back.
    undone: bool,
    /// The statement under way writes in its `WITH`, and the server will call it a `SELECT`.
    writes_within: bool,
}

impl Transaction {
    /// Takes notice of a statement that is sent.
    pub(super) fn asked(&mut self, text: &str) {
        let writes = ["INSERT INTO ", "UPDATE ", "DELETE FROM "];
        self.writes_within =
            text.starts_with("WITH ") && writes.iter().any(|write| text.contains(write));
    }

    /// Takes notice of one answer. `true` when it ends a transaction that changed rows and was committed, one that a
    /// single statement makes by itself among them.
    pub(super) fn ends_committed(&mut self, answer: &Frame) -> bool {
        match answer.tag() {
            b'C' => self.completed(&answer.text(0)),
            b'E' => self.undone = true,
            b'Z' => return self.settled(answer.bytes.last().copied()),
            _ => {}
        }
        false
    }

    /// A statement's outcome, such as `INSERT 0 1`.
    fn completed(&mut self, outcome: &str) {
        let mut words = outcome.split(' ');
        match words.next() {
            Some("INSERT" | "UPDATE" | "DELETE" | "MERGE" | "COPY") => {
                let rows = words.next_back().and_then(|rows| rows.parse::<u64>().ok());
                self.wrote |= rows.is_some_and(|rows| rows > 0);
            }
            Some("SELECT") => self.wrote |= self.writes_within,
            Some("ROLLBACK") => self.undone = true,
            _ => {}
        }
    }

    /// The server waits for the next message: idle (`I`), in a transaction (`T`) or in one that failed (`E`).
    fn settled(&mut self, status: Option<u8>) -> bool {
        match status {
            Some(b'I') => {
                let ended = std::mem::take(self);
                ended.wrote && !ended.undone
            }
            // After going back to a savepoint, what came before it still counts.
            Some(b'T') => {
                self.undone = false;
                false
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frames::Frames;
    use super::*;

    async fn commits(answers: &[(u8, &[u8])]) -> std::io::Result<usize> {
        let mut bytes = Vec::new();
        for (tag, payload) in answers {
            let length = u32::try_from(payload.len() + 4).unwrap_or(u32::MAX);
            bytes.push(*tag);
            bytes.extend(length.to_be_bytes());
            bytes.extend(*payload);
        }
        let mut frames = Frames::new(&bytes[..]);
        let (mut transaction, mut counted) = (Transaction::default(), 0);
        while let Some(frame) = frames.next().await? {
            counted += usize::from(transaction.ends_committed(&frame));
        }
        Ok(counted)
    }

    #[tokio::test]
    async fn a_statement_that_changes_rows_commits_by_itself() -> std::io::Result<()> {
        assert_eq!(commits(&[(b'C', b"INSERT 0 1\0"), (b'Z', b"I")]).await?, 1);
        assert_eq!(commits(&[(b'C', b"DELETE 0\0"), (b'Z', b"I")]).await?, 0);
        assert_eq!(commits(&[(b'C', b"SELECT 7\0"), (b'Z', b"I")]).await?, 0);
        assert_eq!(commits(&[(b'E', b"SERROR\0\0"), (b'Z', b"I")]).await?, 0);
        Ok(())
    }

    #[tokio::test]
    async fn a_select_that_writes_in_its_with_commits() -> std::io::Result<()> {
        for (text, expected) in [
            ("WITH w AS (UPDATE t SET a = 1 RETURNING 1) SELECT 1", true),
            ("WITH w AS (SELECT 1) SELECT 1", false),
            ("SELECT 1", false),
        ] {
            let mut transaction = Transaction::default();
            transaction.asked(text);
            transaction.completed("SELECT 1");
            assert_eq!(transaction.settled(Some(b'I')), expected, "{text}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_transaction_commits_once_and_only_if_it_wrote() -> std::io::Result<()> {
        let between = |write: &'static [u8], end: &'static [u8]| {
            [
                (b'C', b"BEGIN\0".as_slice()),
                (b'Z', b"T".as_slice()),
                (b'C', write),
                (b'Z', b"T"),
                (b'C', write),
                (b'Z', b"T"),
                (b'C', end),
                (b'Z', b"I"),
            ]
        };
        assert_eq!(commits(&between(b"UPDATE 2\0", b"COMMIT\0")).await?, 1);
        assert_eq!(commits(&between(b"SELECT 2\0", b"COMMIT\0")).await?, 0);
        assert_eq!(commits(&between(b"UPDATE 2\0", b"ROLLBACK\0")).await?, 0);
        Ok(())
    }

    #[tokio::test]
    async fn going_back_to_a_savepoint_keeps_what_came_before() -> std::io::Result<()> {
        let answers: [(u8, &[u8]); 8] = [
            (b'C', b"UPDATE 1\0"),
            (b'Z', b"T"),
            (b'E', b"SERROR\0\0"),
            (b'Z', b"E"),
            (b'C', b"ROLLBACK\0"),
            (b'Z', b"T"),
            (b'C', b"COMMIT\0"),
            (b'Z', b"I"),
        ];
        assert_eq!(commits(&answers).await?, 1);
        Ok(())
    }
}
