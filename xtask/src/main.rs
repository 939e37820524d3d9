//! Checks. 
fn main() {}
