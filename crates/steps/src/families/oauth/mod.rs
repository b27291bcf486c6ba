//! Identity providers over OAuth 2.0.

mod exchange;
mod provider_config;
mod start;
mod userinfo;

#[cfg(test)]
mod tests;

use gatefold_kernel::oauth::{
    Provider, ProviderError, canonical, provider, resolve, resolve_with_module,
};

use crate::call::Call;
use crate::reply::{Reply, StepError};

pub(crate) use exchange::EXCHANGE;
pub(crate) use provider_config::PROVIDER_CONFIG;
pub(crate) use start::START;
pub(crate) use userinfo::USERINFO;

/// The provider that a call is about.
enum Selection {
    /// It can be used.
    Usable(Box<Provider>),
    /// It cannot.
    Refused {
        /// Its name as it is compared; empty if none is named.
        name: String,
        /// Why.
        error: String,
    },
}

impl Selection {
    /// The output of a step that cannot go on: its verdict false, the provider, and why.
    fn refused(verdict: &str, name: &str, error: impl Into<String>) -> Reply {
        Reply::new()
            .with(verdict, false)
            .with("provider", name)
            .error(error)
    }
}

/// Finds the provider: `provider` of the configuration, which no input can change; else the
/// input's; else `oauth_provider` of the configuration.
///
/// # Errors
/// When the modules cannot tell whose settings are meant.
fn select(call: &Call) -> Result<Selection, StepError> {
    let [pinned, fallback] =
        ["provider", "oauth_provider"].map(|key| canonical(call.config.trimmed(key)));
    let asked = canonical(call.input.trimmed("provider"));
    if !pinned.is_empty() && !asked.is_empty() && pinned != asked {
        let error = match resolve(&asked, &call.config) {
            Err(error @ (ProviderError::Disabled(_) | ProviderError::Unsupported)) => {
                error.to_string()
            }
            _ => format!("the configuration allows no oauth provider but {pinned}"),
        };
        return Ok(Selection::Refused { error, name: asked });
    }
    let name = [pinned, asked, fallback]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_default();
    let module = Some(call.config.trimmed("module")).filter(|module| !module.is_empty());
    let resolved = if module.is_none() && provider::is_complete(&name, &call.config) {
        resolve(&name, &call.config)
    } else {
        match call.modules.provider(module, &name)? {
            Some(settings) => resolve_with_module(&name, &call.config, &settings),
            None => resolve(&name, &call.config),
        }
    };
    Ok(match resolved {
        Ok(provider) => Selection::Usable(Box::new(provider)),
        Err(error) => Selection::Refused {
            name,
            error: error.to_string(),
        },
    })
}
