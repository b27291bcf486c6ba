//! Messages of PostgreSQL's protocol 3, cut out of a byte stream.

use tokio::io::{AsyncRead, AsyncReadExt};

/// Longer than any message a test sends; a larger length means we lost the thread.
const LONGEST: usize = 64 * 1024 * 1024;

/// One half of a connection, read message by message. Reading is cancel-safe:
/// a half-arrived message stays in the buffer.
#[derive(Debug)]
pub(super) struct Frames<R> {
    from: R,
    buffer: Vec<u8>,
}

/// One message as it was on the wire, tag and length included.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) bytes: Vec<u8>,
    /// Where the payload begins.
    header: usize,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            buffer: Vec::new(),
        }
    }

    /// The next message without a tag: start-up, and requests for encryption or cancellation.
    pub(super) async fn next_untagged(&mut self) -> std::io::Result<Option<Frame>> {
        self.next_with_header(4).await
    }

    /// The next message with a tag; `None` at the end of the stream.
    pub(super) async fn next(&mut self) -> std::io::Result<Option<Frame>> {
        self.next_with_header(5).await
    }

    async fn next_with_header(&mut self, header: usize) -> std::io::Result<Option<Frame>> {
        loop {
            if let Some(whole) = self.whole_message(header)? {
                let rest = self.buffer.split_off(whole);
                return Ok(Some(Frame {
                    bytes: std::mem::replace(&mut self.buffer, rest),
                    header,
                }));
            }
            if self.from.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// The length of the first message in the buffer, if all of it is there.
    fn whole_message(&self, header: usize) -> std::io::Result<Option<usize>> {
        let Some(length) = self.buffer.get(header - 4..header) else {
            return Ok(None);
        };
        let length = length
            .iter()
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        if !(4..=LONGEST).contains(&length) {
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                "not PostgreSQL's protocol 3",
            ));
        }
        // The length includes itself, but not the tag.
        let whole = length + header - 4;
        Ok((self.buffer.len() >= whole).then_some(whole))
    }
}

impl Frame {
    pub(super) fn tag(&self) -> u8 {
        self.bytes[0]
    }

    /// The `index`-th zero-terminated string at the start of the payload.
    pub(super) fn text(&self, index: usize) -> String {
        let field = self.bytes[self.header..]
            .split(|byte| *byte == 0)
            .nth(index)
            .unwrap_or_default();
        String::from_utf8_lossy(field).into_owned()
    }

    /// The first four bytes of the payload as a number: the code of an untagged message.
    pub(super) fn code(&self) -> u32 {
        self.bytes[self.header..]
            .iter()
            .take(4)
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_are_found_wherever_the_stream_was_split() -> std::io::Result<()> {
        let stream = b"Q\0\0\0\x0dSELECT 1\0S\0\0\0\x04";
        for split in 0..stream.len() {
            let (first, second) = stream.split_at(split);
            let mut frames = Frames::new(AsyncReadExt::chain(first, second));
            let query = frames
                .next()
                .await?
                .map(|frame| (frame.tag(), frame.text(0)));
            assert_eq!(query, Some((b'Q', "SELECT 1".to_owned())));
            assert_eq!(
                frames.next().await?.map(|frame| frame.bytes),
                Some(b"S\0\0\0\x04".to_vec())
            );
            assert!(frames.next().await?.is_none());
        }
        Ok(())
    }

    #[tokio::test]
    async fn an_impossible_length_is_an_error() {
        let mut frames = Frames::new(&b"Q\xff\xff\xff\xff"[..]);
        assert!(frames.next().await.is_err());
    }
}
