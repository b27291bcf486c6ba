//! For tests only: running applications in three topologies, people with browsers, a temporary
//! PostgreSQL, a proxy that cuts it, and a real browser.
//!
//! *Where to start:* [`world::everywhere`] runs a scenario on both databases in every topology;
//! [`visitor::Visitor`] is who acts in it.

pub mod browser;
pub mod cut_proxy;
pub mod postgres;
pub mod visitor;
pub mod world;
