//! The command line.

/// Variables that stand for global flags, not for settings.
pub const FLAG_VARIABLES: [&str; 3] = ["PEERBAND_DATA_DIR", "PEERBAND_CONFIG", "PEERBAND_LOG"];
