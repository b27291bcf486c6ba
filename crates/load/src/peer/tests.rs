use std::net::Ipv4Addr;

use gatefold_testkit::postgres::skip_without_postgres;

use super::*;

const NETWORK: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

#[tokio::test]
#[ignore = "needs Node, npm and the first time the network"]
async fn people_enrol_and_sign_in_at_the_peer() {
    let name = "people_enrol_and_sign_in_at_the_peer";
    let Some(cluster) = skip_without_postgres(name) else {
        return;
    };
    let ours = cluster.create_database().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(&ours.url, 4, folder.path()).await.unwrap();
    let site = peer.site().clone();
    let mut browser = Browser::new(&site, 0, NETWORK);
    let mut person = Person::new("load-1", 1).unwrap();
    peer.enrol(&mut browser, &mut person, 1).await.unwrap();

    let mut sessions = Vec::new();
    for _ in 0..3 {
        browser.forget(NETWORK);
        let signed_in = peer.sign_in(&mut browser, &mut person).await.unwrap();
        sessions.push(signed_in.session);
    }
    assert!(sessions[0] != sessions[1] && sessions[1] != sessions[2]);
    for session in &sessions {
        browser.forget(NETWORK);
        assert!(peer.opens(&mut browser, session).await.unwrap());
    }
    browser.forget(NETWORK);
    let (token, _) = sessions[0].split_once('.').unwrap();
    let forged = format!("{token}.AAAA");
    assert!(!peer.opens(&mut browser, &forged).await.unwrap());

    browser.forget(NETWORK);
    let mut stranger = Person::new("load-2", 2).unwrap();
    let refused = peer.sign_in(&mut browser, &mut stranger).await;
    assert_eq!(refused.unwrap_err(), Failed("authenticator-refused".into()));

    let names = "SELECT count(*) FROM pg_database WHERE datname = $1";
    let database = peer.database.name.clone();
    peer.stop().await;
    let mut connection = ours.connect().await.unwrap();
    let left: i64 = sqlx::query_scalar(names)
        .bind(database)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn the_peers_database_lies_on_the_same_server() {
    let database = Database {
        server: "postgres://a:b@127.0.0.1:5433/ours?sslmode=disable".to_owned(),
        name: "theirs".to_owned(),
    };
    let address = database.address().unwrap();
    assert_eq!(
        address,
        "postgres://a:b@127.0.0.1:5433/theirs?sslmode=disable"
    );
}
