//! The `peerband` program.

fn main() -> std::process::ExitCode {
    peerband::cli::main()
}
