//! To be written.

use std::net::Ipv4Addr;

use clap::Args;

use crate::browser::Browser;
use crate::clock::Moment;
use crate::exit::Exit;
use crate::local::{Local, Storage, Wanted};
use crate::person::{Person, Portal, invite};

/// Arguments.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[arg(long, default_value = "postgres")]
    database: Storage,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let local = Local::start(Wanted {
        program: "target/release/gatefold".into(),
        storage: arguments.database,
        instances: 1,
        connections: 10,
    })
    .await?;
    println!("started in {:?}", local.started_in());
    let site = local.site()?;
    let mut admin = local.administrator(&site).await?;
    let code = invite(&mut admin, "load-1").await?;
    let network = Ipv4Addr::new(10, 0, 0, 1);
    let mut browser = Browser::new(&site, 0, network);
    let mut person = Person::new("load-1", 1)?;
    person
        .enrol_passkey(&mut browser, &code, &serde_json::json!({}))
        .await?;
    let began = Moment::now();
    for _ in 0..500 {
        browser.forget(network);
        person.sign_in(&mut browser, Portal::Customer).await?;
    }
    println!("{:?} each", began.elapsed() / 500);
    Ok(Exit::Passed)
}
