//! Password hashing with the product's own parameters. It takes long on purpose.

use criterion::Criterion;
use gatefold_kernel::password::{StoredHash, accept, hash, verify};
use gatefold_kernel::{AccountId, Secret, UnixMillis};
use gatefold_ports::SystemEntropy;

/// The group `password`.
pub(crate) fn bench(criterion: &mut Criterion) {
    let typed = Secret::new("vellum quartz heron tundra".to_owned());
    let Ok(accepted) = accept(&typed, &[]) else {
        panic!("the policy accepts this password");
    };
    let stored = StoredHash {
        account: AccountId::new(1),
        hash: hash(&SystemEntropy, &accepted),
    };
    let now = UnixMillis::new(0);
    assert!(verify(&typed, Some(&stored), now).is_ok());
    let mut group = criterion.benchmark_group("password");
    group.sample_size(20);
    group.bench_function("hash", |bencher| {
        bencher.iter(|| hash(&SystemEntropy, &accepted));
    });
    group.bench_function("verify", |bencher| {
        bencher.iter(|| verify(&typed, Some(&stored), now));
    });
    group.bench_function("verify-without-account", |bencher| {
        bencher.iter(|| verify(&typed, None, now));
    });
    group.finish();
}
