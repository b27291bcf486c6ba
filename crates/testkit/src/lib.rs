//! For tests only: clocks, entropy, databases, a cutting proxy, applications in three topologies
