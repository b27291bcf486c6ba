//! Reading first, and writing everything at the end in one statement, or nothing.

use super::sealed::{Linked, Postpones};
use super::{Database, Link, Reads, Unit, Wire};
use crate::StoreError;

/// A unit of work that holds no locks: it reads what is committed, lets its writes wait, and stores
/// them all in one statement that checks what they counted on.
///
/// Whoever decides something on what was read here must postpone a write that counts on it
/// (a row deleted, a counter moved from the value that was read, an account that is still active), so
/// that the decision is stored only while it is still right. Reads do not see what waits.
///
/// It is one round trip where a [`UnitOfWork`] needs three, and holds no lock meanwhile. When
/// something moved in between, [`Unit::commit`] stores nothing and says [`StoreError::Missed`]; then
/// do the same again in a [`UnitOfWork`], which waits its turn.
#[derive(Debug)]
#[must_use = "dropping an attempt stores nothing"]
pub struct Attempt {
    db: Database,
    link: Link,
}

impl Database {
    /// Begins an attempt.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no connection is free or the database does not answer.
    pub async fn attempt(&self) -> Result<Attempt, StoreError> {
        Ok(Attempt {
            db: self.clone(),
            link: self.read().await?.into_link().gathering(),
        })
    }
}

impl Reads for Attempt {}

impl Linked for Attempt {
    fn link(&mut self) -> &mut Link {
        &mut self.link
    }
}

impl Postpones for Attempt {}

impl Unit for Attempt {
    async fn commit(self) -> Result<(), StoreError> {
        Self::commit(self).await
    }
}

impl Attempt {
    /// [`Unit::commit`].
    ///
    /// # Errors
    /// As [`Unit::commit`].
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if let Wire::Postgres(_) = self.link.wire() {
            return self.link.store_at_once().await;
        }
        // SQLite has one writer: what was gathered by a reader goes there.
        let gathered = self.link.take_gathered();
        drop(self.link);
        if gathered.is_empty() {
            return Ok(());
        }
        let mut uow = self.db.begin().await?;
        uow.link().put_gathered(gathered);
        uow.commit().await
    }
}
