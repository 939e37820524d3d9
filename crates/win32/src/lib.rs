//! win32 (head to be written)
