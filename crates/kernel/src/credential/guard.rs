//! Whether a credential may be removed, judged over all rows of its owner: V1 and V2.

use std::collections::HashSet;

use super::{CredentialKey, CredentialKind, CredentialRow, CredentialSet, RevokeRefusal};

/// The kinds that can sign in alone at this site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInKinds(Vec<CredentialKind>);

impl Default for SignInKinds {
    fn default() -> Self {
        Self(CredentialKind::ALL.to_vec())
    }
}

impl SignInKinds {
    /// These kinds, by their words; all if none is named.
    ///
    /// # Errors
    /// The word that is no kind.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        if words.is_empty() {
            return Ok(Self::default());
        }
        let kinds = words
            .iter()
            .map(|word| CredentialKind::parse(word).ok_or_else(|| word.clone()));
        kinds.collect::<Result<_, _>>().map(Self)
    }
}

/// Why a credential stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardRefusal {
    /// There is no such row.
    NotFound,
    /// It is somebody else's, or does not say whose.
    NotOwner,
    /// Its kind is not one that we know (V2).
    UnknownKind,
    /// It is the only one that can sign in (V1).
    LastCredential,
}

impl GuardRefusal {
    /// The stable word for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::NotOwner => "not_owner",
            Self::UnknownKind => "unknown_kind",
            Self::LastCredential => "last_credential",
        }
    }
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardVerdict {
    /// Whether it may go, or why not.
    pub decision: Result<(), GuardRefusal>,
    /// How many credentials that can sign in the owner has afterwards.
    pub remaining: usize,
}

/// Kinds that never sign in alone: they may always go, and never count.
const SECOND_STEPS: [&str; 3] = ["totp", "recovery_code", "recovery_codes"];

/// Judges the removal of one credential. Only rows of this owner count, each id once. A row may
/// name its kind `type` or `kind`, and its owner `owner`, `owner_user_id` or `user_id`.
#[must_use]
pub fn guard(
    rows: &[CredentialRow],
    credential: &str,
    owner: &str,
    kinds: &SignInKinds,
) -> GuardVerdict {
    let mut ids = HashSet::new();
    let mut counted = Vec::new();
    let mut target = None;
    for (row, key) in rows.iter().zip((0..).map(CredentialKey::new)) {
        let id = row.text(&["id"]);
        if id.is_empty() || (id != credential && owner_of(row) != owner) || !ids.insert(id.clone())
        {
            continue;
        }
        if id == credential {
            target = Some((row, key));
        }
        let kind = CredentialKind::parse(&kind_of(row)).filter(|kind| kinds.0.contains(kind));
        if let Some(kind) = kind
            && owner_of(row) == owner
        {
            counted.push((key, kind));
        }
    }
    let set = CredentialSet::new(counted);
    let decision = decide(target, owner, &set);
    let is_leaving = target.is_some_and(|(_, key)| set.revoke(key).is_ok());
    let remaining = set.len() - usize::from(decision.is_ok() && is_leaving);
    GuardVerdict {
        decision,
        remaining,
    }
}

fn decide(
    target: Option<(&CredentialRow, CredentialKey)>,
    owner: &str,
    set: &CredentialSet,
) -> Result<(), GuardRefusal> {
    let (row, key) = target.ok_or(GuardRefusal::NotFound)?;
    if owner_of(row) != owner {
        return Err(GuardRefusal::NotOwner);
    }
    // V2
    let kind = kind_of(row);
    if CredentialKind::parse(&kind).is_none() && !SECOND_STEPS.contains(&kind.as_str()) {
        return Err(GuardRefusal::UnknownKind);
    }
    match set.revoke(key) {
        // What does not count here, a second step or a kind that is switched off, may always go.
        Ok(_) | Err(RevokeRefusal::NotFound) => Ok(()),
        // V1
        Err(RevokeRefusal::LastCredential) => Err(GuardRefusal::LastCredential),
    }
}

fn owner_of(row: &CredentialRow) -> String {
    row.text(&["owner", "owner_user_id", "user_id"])
}

fn kind_of(row: &CredentialRow) -> String {
    row.text(&["type", "kind"])
}

#[cfg(test)]
mod tests {
    use super::{GuardRefusal, SignInKinds, guard};
    use crate::credential::rows;

    fn judge(list: &str, credential: &str, kinds: &[&str]) -> (Result<(), &'static str>, usize) {
        let words: Vec<String> = kinds.iter().map(|word| (*word).to_owned()).collect();
        let kinds = SignInKinds::parse(&words).unwrap();
        let verdict = guard(&rows(list).unwrap(), credential, "u", &kinds);
        (
            verdict.decision.map_err(GuardRefusal::code),
            verdict.remaining,
        )
    }

    #[test]
    fn one_credential_that_can_sign_in_stays() {
        // V1, V2
        let passkey = r#"{"id":"p","type":"passkey","owner":"u"}"#;
        let password = r#"{"id":"w","kind":"password","user_id":"u"}"#;
        let identity = r#"{"id":"i","type":"identity","owner_user_id":"u"}"#;
        let totp = r#"{"id":"t","type":"totp","owner":"u"}"#;
        let foreign = r#"{"id":"f","type":"passkey","owner":"v"}"#;
        let strange = r#"{"id":"s","type":"telepathy","owner":"u"}"#;
        let nobodys = r#"{"id":"n","type":"passkey"}"#;
        let numbered = r#"{"id":7,"type":"passkey","owner":"u"}"#;
        let ok = Ok(());
        for (list, credential, kinds, expected) in [
            (vec![passkey, password], "p", &[][..], (ok, 1)),
            (vec![passkey, identity, password], "i", &[], (ok, 2)),
            (vec![passkey], "p", &[], (Err("last_credential"), 1)),
            (vec![passkey, totp], "p", &[], (Err("last_credential"), 1)),
            (vec![passkey, totp], "t", &[], (ok, 1)),
            (vec![totp], "t", &[], (ok, 0)),
            (
                vec![passkey, foreign],
                "p",
                &[],
                (Err("last_credential"), 1),
            ),
            (vec![passkey, foreign], "f", &[], (Err("not_owner"), 1)),
            (vec![passkey, nobodys], "n", &[], (Err("not_owner"), 1)),
            (
                vec![passkey, strange],
                "p",
                &[],
                (Err("last_credential"), 1),
            ),
            (vec![passkey, strange], "s", &[], (Err("unknown_kind"), 1)),
            (vec![passkey], "x", &[], (Err("not_found"), 1)),
            (vec![], "p", &[], (Err("not_found"), 0)),
            (
                vec![passkey, passkey],
                "p",
                &[],
                (Err("last_credential"), 1),
            ),
            (vec![passkey, numbered], "7", &[], (ok, 1)),
            (
                vec![passkey, password],
                "p",
                &["passkey"],
                (Err("last_credential"), 1),
            ),
            (vec![passkey, password], "w", &["passkey"], (ok, 1)),
        ] {
            let text = format!("[{}]", list.join(","));
            assert_eq!(
                judge(&text, credential, kinds),
                expected,
                "{text} {credential}"
            );
        }
    }

    #[test]
    fn a_foreign_row_of_the_same_id_does_not_hide_behind_an_own_one() {
        let list = r#"[{"id":"p","type":"passkey","owner":"v"},{"id":"p","type":"passkey","owner":"u"},{"id":"q","type":"passkey","owner":"u"}]"#;
        assert_eq!(judge(list, "p", &[]), (Err("not_owner"), 1));
    }

    #[test]
    fn only_known_kinds_can_be_configured() {
        assert_eq!(
            SignInKinds::parse(&["totp".to_owned()]),
            Err("totp".to_owned())
        );
    }
}
