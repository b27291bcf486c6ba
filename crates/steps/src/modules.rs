//! The module `auth.credential`: instances of it, found by name when a step runs.
//!
//! An instance pins a relying party (V5), carries a method policy (V6, V7) and holds the settings of
//! identity providers. Its password policy counts from its creation until it is destroyed, whatever
//! becomes of its WebAuthn part: a policy that is declared but not ready must not mean "allowed".

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use gatefold_kernel::Document;
use gatefold_kernel::webauthn::RelyingParty;

use crate::relying_party;
use crate::reply::StepError;

/// The type name of the module.
pub const MODULE_TYPE: &str = "auth.credential";

/// The name of the module's configuration message.
pub const MODULE_CONFIG: &str = "CredentialModuleConfig";

/// What a module instance asks of the person's verification at the authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserVerification {
    /// Nothing is asked for or checked, as pipelines are used to.
    #[default]
    Unset,
    /// Asked for, not checked.
    Preferred,
    /// Asked for and checked.
    Required,
    /// Asked not to bother the person.
    Discouraged,
}

/// What steps need of an instance that is ready.
#[derive(Debug)]
pub struct CredentialModule {
    /// Who we are for authenticators.
    pub relying_party: RelyingParty,
    /// The policy for verifying the person.
    pub user_verification: UserVerification,
}

/// Names one instance, whatever its name; given out by [`Modules::create`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(u64);

/// The instances of this process. Clones share them.
#[derive(Clone, Default)]
pub struct Modules(Arc<RwLock<Table>>);

#[derive(Default)]
struct Table {
    last: u64,
    instances: BTreeMap<ModuleId, Instance>,
}

struct Instance {
    name: String,
    config: Document,
    ready: Option<Arc<CredentialModule>>,
}

impl Modules {
    /// Registers an instance. Its password policy counts from now on; steps can use its relying
    /// party after [`Modules::init`].
    pub fn create(&self, name: &str, config: Document) -> ModuleId {
        self.write(|table| {
            table.last += 1;
            let id = ModuleId(table.last);
            let instance = Instance {
                name: name.to_owned(),
                config,
                ready: None,
            };
            table.instances.insert(id, instance);
            id
        })
    }

    /// Makes an instance ready, or leaves it unready if it is optional and not configured.
    ///
    /// # Errors
    /// What is wrong with its configuration.
    pub fn init(&self, id: ModuleId) -> Result<(), StepError> {
        let Some((name, config)) = self.read(|table| {
            table
                .instances
                .get(&id)
                .map(|instance| (instance.name.clone(), instance.config.clone()))
        }) else {
            return Err(StepError::new("the module was destroyed"));
        };
        let ready = relying_party::configured(&name, &config)?.map(Arc::new);
        self.write(|table| {
            if let Some(instance) = table.instances.get_mut(&id) {
                instance.ready = ready;
            }
        });
        Ok(())
    }

    /// Takes an instance out of use. Its password policy stays until it is destroyed.
    pub fn stop(&self, id: ModuleId) {
        self.write(|table| {
            if let Some(instance) = table.instances.get_mut(&id) {
                instance.ready = None;
            }
        });
    }

    /// Forgets an instance.
    pub fn destroy(&self, id: ModuleId) {
        self.write(|table| table.instances.remove(&id));
    }

    /// Whether an instance of this name is ready.
    pub fn is_registered(&self, name: &str) -> bool {
        self.module(name).is_ok()
    }

    /// The newest ready instance of this name: after a reload the new one and the old one may both
    /// be there for a while (B31).
    ///
    /// # Errors
    /// There is none.
    pub fn module(&self, name: &str) -> Result<Arc<CredentialModule>, StepError> {
        self.read(|table| {
            let mut newest_first = table
                .instances
                .values()
                .rev()
                .filter(|instance| instance.name == name);
            newest_first.find_map(|instance| instance.ready.clone())
        })
        .ok_or_else(|| not_found(name))
    }

    /// Whether passwords are disabled (V6): for the instance of this name, or, without a name, if
    /// any instance says so (V7).
    ///
    /// # Errors
    /// No instance has the name: a policy that cannot be asked must not mean "allowed".
    pub fn passwords_disabled(&self, module: Option<&str>) -> Result<bool, StepError> {
        self.read(|table| {
            let mut asked = table
                .instances
                .values()
                .filter(|instance| module.is_none_or(|name| instance.name == name))
                .map(|instance| instance.config.flag("disable_password_auth"))
                .peekable();
            match module {
                Some(name) if asked.peek().is_none() => Err(not_found(name)),
                _ => Ok(asked.any(|disabled| disabled)),
            }
        })
    }

    /// The settings of an identity provider, `auth_providers.<provider>`: of the instance of this
    /// name, or, without a name, of the only instance that has any for it.
    ///
    /// # Errors
    /// No instance has the name, or several have settings for the provider and none is named.
    pub fn provider(
        &self,
        module: Option<&str>,
        provider: &str,
    ) -> Result<Option<Document>, StepError> {
        self.read(|table| {
            let mut known = false;
            let mut found: Vec<(&str, Document)> = Vec::new();
            for instance in table.instances.values().rev() {
                if module.is_some_and(|name| instance.name != name) {
                    continue;
                }
                known = true;
                let settings = instance
                    .config
                    .object("auth_providers")
                    .and_then(|all| all.object(provider));
                if let Some(settings) = settings
                    && found.iter().all(|(name, _)| *name != instance.name)
                {
                    found.push((&instance.name, settings));
                }
            }
            match (module, known, found.len()) {
                (Some(name), false, _) => Err(not_found(name)),
                (_, _, 0 | 1) => Ok(found.pop().map(|(_, settings)| settings)),
                _ => Err(StepError::new(format!(
                    "several auth.credential modules configure {provider}: name one with \"module\""
                ))),
            }
        })
    }

    fn read<T>(&self, look: impl FnOnce(&Table) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

fn not_found(name: &str) -> StepError {
    StepError::new(format!("{MODULE_TYPE} module {name:?} not found"))
}

#[cfg(test)]
mod tests {
    use gatefold_kernel::Document;
    use serde_json::{Value, json};

    use super::Modules;

    fn document(value: Value) -> Document {
        Document::new(value.as_object().cloned().unwrap())
    }

    #[test]
    fn the_password_policy_is_that_of_the_named_instance() {
        // V6, V7
        let modules = Modules::default();
        modules.create(
            "staff",
            document(json!({"disable_password_auth": true, "optional": true})),
        );
        modules.create("shop", document(json!({"optional": true})));
        assert_eq!(modules.passwords_disabled(Some("staff")), Ok(true));
        assert_eq!(modules.passwords_disabled(Some("shop")), Ok(false));
        assert_eq!(
            modules.passwords_disabled(None),
            Ok(true),
            "any instance disables"
        );
        assert!(
            modules.passwords_disabled(Some("other")).is_err(),
            "an unknown policy is no permission"
        );
    }

    #[test]
    fn stopping_the_old_instance_of_a_reload_keeps_the_new_one() {
        // B31
        let modules = Modules::default();
        let config = document(json!({"origin": "https://example.com"}));
        let old = modules.create("m", config.clone());
        modules.init(old).unwrap();
        let new = modules.create("m", config);
        modules.init(new).unwrap();
        modules.stop(old);
        assert!(modules.is_registered("m"));
        modules.stop(new);
        assert!(!modules.is_registered("m"));
    }

    #[test]
    fn a_provider_is_found_by_module_or_if_there_is_only_one() {
        let modules = Modules::default();
        let with = |id: &str| document(json!({"auth_providers": {"google": {"client_id": id}}}));
        modules.create("staff", with("a"));
        modules.create("other", Document::default());
        let found = |module| {
            modules
                .provider(module, "google")
                .map(|found| found.map(|d| d.text("client_id").to_owned()))
        };
        assert_eq!(found(None), Ok(Some("a".to_owned())));
        assert_eq!(found(Some("other")), Ok(None));
        modules.create("shop", with("b"));
        assert_eq!(found(Some("shop")), Ok(Some("b".to_owned())));
        assert!(found(None).is_err(), "which one is meant?");
    }
}
