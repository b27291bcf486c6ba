//! The catalogue: descriptors of several sources, each provider once.

use std::collections::BTreeMap;

use super::Descriptor;
use crate::Document;

/// Descriptors, each provider once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The providers, in the order of their ids.
    pub providers: Vec<Descriptor>,
    /// The ids of descriptors that came after one of the same id and do not count, in the order in
    /// which they were found.
    pub duplicates: Vec<String>,
}

/// Collects the descriptors of several documents. Each may hold them under `providers`, under
/// `provider_descriptors` and in an earlier catalogue under `provider_catalog`. The first
/// descriptor of a provider counts, so what the operator says stands before what a caller says.
pub fn catalog(sources: &[&Document]) -> Catalog {
    let mut by_id = BTreeMap::new();
    let mut duplicates = Vec::new();
    for descriptor in sources.iter().flat_map(|source| descriptors(source)) {
        if by_id.contains_key(&descriptor.id) {
            duplicates.push(descriptor.id);
        } else {
            by_id.insert(descriptor.id.clone(), descriptor);
        }
    }
    Catalog {
        providers: by_id.into_values().collect(),
        duplicates,
    }
}

fn descriptors(source: &Document) -> Vec<Descriptor> {
    let earlier = source
        .object("provider_catalog")
        .map(|catalog| catalog.objects("providers"));
    let all = [
        source.objects("providers"),
        source.objects("provider_descriptors"),
        earlier.unwrap_or_default(),
    ];
    all.iter().flatten().filter_map(Descriptor::parse).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::catalog;
    use crate::Document;

    #[test]
    fn the_first_descriptor_of_a_provider_counts() {
        let config = json!({"providers": [{"id": "b", "label": "ours"}]});
        let input = json!({
            "providers": [{"id": "B", "label": "theirs"}, {"id": " "}, 5],
            "provider_descriptors": [{"id": "a"}],
            "provider_catalog": {"providers": [{"id": "c"}, {"id": "a"}]},
        });
        let [config, input] =
            [config, input].map(|value| Document::new(value.as_object().cloned().unwrap()));
        let found = catalog(&[&config, &input]);
        let labels: Vec<_> = found
            .providers
            .iter()
            .map(|one| one.label.as_str())
            .collect();
        assert_eq!(labels, ["a", "ours", "c"]);
        assert_eq!(found.duplicates, ["b", "a"]);
    }
}
