//! httpapi (head to be written)
