//! Scenarios over real HTTP on real databases. One file for each subject.

mod smoke;
