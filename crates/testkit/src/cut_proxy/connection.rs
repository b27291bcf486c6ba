//! One client's connection through the proxy.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;

use super::commits::Transaction;
use super::frames::{Frame, Frames};
use super::{Fate, Shared};

/// `SSLRequest` and `GSSENCRequest`: answered with one byte, "no".
const ENCRYPTION_REQUESTS: [u32; 2] = [80_877_103, 80_877_104];
/// `CancelRequest`: passed on, no answer comes.
const CANCEL_REQUEST: u32 = 80_877_102;
const SYNC: &[u8] = b"S\0\0\0\x04";
/// How long a server may take to end a session after we hung up.
const FAREWELL: Duration = Duration::from_secs(5);

struct Line {
    client: Frames<OwnedReadHalf>,
    to_client: OwnedWriteHalf,
    server: Frames<OwnedReadHalf>,
    to_server: OwnedWriteHalf,
    texts: Texts,
    /// `ReadyForQuery` messages the server still owes.
    owed: u64,
    transaction: Transaction,
}

/// The texts behind prepared statements and portals, by the names the client gave them.
#[derive(Debug, Default)]
struct Texts {
    prepared: HashMap<String, String>,
    portals: HashMap<String, String>,
}

/// Serves until either side closes or the line is cut. Errors end the connection and are nobody's news.
pub(super) async fn serve(client: TcpStream, shared: Arc<Shared>) {
    let Ok(server) = TcpStream::connect(shared.server).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (client, to_client) = client.into_split();
    let (server, to_server) = server.into_split();
    let mut line = Line {
        client: Frames::new(client),
        to_client,
        server: Frames::new(server),
        to_server,
        texts: Texts::default(),
        owed: 0,
        transaction: Transaction::default(),
    };
    let _ = line.forward(&shared).await;
    line.hang_up_on_server().await;
}

impl Line {
    async fn forward(&mut self, shared: &Shared) -> std::io::Result<()> {
        let mut whole = shared.whole.subscribe();
        self.start_up().await?;
        loop {
            // A cut ends the connection between two messages only: the one whose
            // statement is to be completed first must not be torn away from it.
            tokio::select! {
                () = cut(&mut whole) => return Ok(()),
                frame = self.client.next() => match frame? {
                    Some(frame) => self.relay(frame, shared).await?,
                    None => return Ok(()),
                },
                frame = self.server.next() => match frame? {
                    Some(frame) => {
                        self.note_answer(&frame, shared);
                        self.to_client.write_all(&frame.bytes).await?;
                    }
                    None => return Ok(()),
                },
            }
        }
    }

    async fn start_up(&mut self) -> std::io::Result<()> {
        while let Some(frame) = self.client.next_untagged().await? {
            if ENCRYPTION_REQUESTS.contains(&frame.code()) {
                self.to_client.write_all(b"N").await?;
                continue;
            }
            self.to_server.write_all(&frame.bytes).await?;
            if frame.code() != CANCEL_REQUEST {
                self.owed += 1;
            }
            return Ok(());
        }
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }

    async fn relay(&mut self, frame: Frame, shared: &Shared) -> std::io::Result<()> {
        if matches!(frame.tag(), b'S' | b'Q' | b'F') {
            shared.ledger().round_trips += 1;
        }
        let Some(text) = self.texts.statement(&frame) else {
            if frame.tag() == b'S' || frame.tag() == b'F' {
                self.owed += 1;
            }
            return self.to_server.write_all(&frame.bytes).await;
        };
        self.transaction.asked(&text);
        match shared.judge(text) {
            Fate::Forward => {
                self.owed += u64::from(frame.tag() == b'Q');
                self.to_server.write_all(&frame.bytes).await
            }
            Fate::Withhold => Err(std::io::ErrorKind::ConnectionAborted.into()),
            Fate::Swallow => self.swallow(&frame, shared).await,
        }
    }

    /// Has the server run this statement to its end, and keeps the answer from the client.
    async fn swallow(&mut self, frame: &Frame, shared: &Shared) -> std::io::Result<()> {
        self.to_server.write_all(&frame.bytes).await?;
        if frame.tag() == b'E' {
            // The client's own Sync is behind; without one the server would not commit.
            self.to_server.write_all(SYNC).await?;
        }
        self.owed += 1;
        while self.owed > 0 {
            let Some(answer) = self.server.next().await? else {
                break;
            };
            self.note_answer(&answer, shared);
        }
        Err(std::io::ErrorKind::ConnectionAborted.into())
    }

    fn note_answer(&mut self, frame: &Frame, shared: &Shared) {
        if self.transaction.ends_committed(frame) {
            shared.ledger().commits += 1;
        }
        if frame.tag() == b'Z' {
            self.owed = self.owed.saturating_sub(1);
        }
    }

    /// Closes the server's side first and waits for the server to follow, so that
    /// by the time the client sees the cut its transaction has been rolled back.
    async fn hang_up_on_server(mut self) {
        let _ = self.to_server.shutdown().await;
        let _ = tokio::time::timeout(FAREWELL, async {
            while let Ok(Some(_)) = self.server.next().await {}
        })
        .await;
    }
}

/// Ends when the line is cut, or the proxy is gone.
async fn cut(whole: &mut watch::Receiver<bool>) {
    let _ = whole.wait_for(|whole| !whole).await;
}

impl Texts {
    /// The text, if this message runs a statement. Notes the names that other messages define.
    fn statement(&mut self, frame: &Frame) -> Option<String> {
        match frame.tag() {
            b'Q' => return Some(frame.text(0)),
            b'E' => {
                return Some(
                    self.portals
                        .get(&frame.text(0))
                        .cloned()
                        .unwrap_or_default(),
                );
            }
            b'P' => {
                self.prepared.insert(frame.text(0), frame.text(1));
            }
            b'B' => {
                let text = self
                    .prepared
                    .get(&frame.text(1))
                    .cloned()
                    .unwrap_or_default();
                self.portals.insert(frame.text(0), text);
            }
            _ => {}
        }
        None
    }
}
