//! The manual's page of the command line, from what every command says of itself.

const HEAD: &str = "# The command line

This page is what `--help` says of each command; `peerband manual > docs/cli.md` renews it.

Every command ends with one of three exit statuses: **0** it is done and nothing was wrong; **1** it failed, or a run had
to stop: standard error says why; **2** the command was understood, but something it was given was rejected or refused, or
it was not understood. What a command tells goes to standard output, what is wrong to standard error.

Settings come from the defaults, then the file of `--config`, then variables such as `PEERBAND_RELEASE_MIN_PEERS`:
[config.default.toml](../src/config/config.default.toml) has them all. `PEERBAND_LOG` chooses what is logged, such as
`peerband=debug`.
";

/// The page as Markdown.
pub(super) fn page(command: clap::Command) -> String {
    let mut page = HEAD.to_owned();
    // Wide enough to be read, narrow enough for a page.
    let mut command = command.term_width(100);
    command.build();
    for command in command.get_subcommands_mut() {
        section(&mut page, command);
    }
    page
}

fn section(page: &mut String, command: &mut clap::Command) {
    if command.is_hide_set() || command.get_name() == "help" {
        return;
    }
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    let help = command.render_long_help().to_string();
    page.push_str(&format!("\n## {name}\n\n```text\n"));
    for line in help.trim_end().lines() {
        page.push_str(line.trim_end());
        page.push('\n');
    }
    page.push_str("```\n");
    for command in command.get_subcommands_mut() {
        section(page, command);
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::Cli;

    #[test]
    fn the_written_page_is_what_the_commands_say() {
        let written = include_str!("../../docs/cli.md");
        assert!(
            written == super::page(Cli::command()),
            "docs/cli.md is out of date: cargo run -- manual > docs/cli.md"
        );
    }

    #[test]
    fn every_command_gives_an_example_that_is_one_and_its_exit_statuses() {
        let mut root = Cli::command();
        root.build();
        check(&root);
        for command in root
            .get_subcommands()
            .filter(|command| command.get_name() != "help")
        {
            check(command);
            for command in command
                .get_subcommands()
                .filter(|command| command.get_name() != "help")
            {
                check(command);
            }
        }
    }

    fn check(command: &clap::Command) {
        let name = command.get_bin_name().unwrap_or("peerband");
        let help = command.get_after_help().unwrap_or_default().to_string();
        assert!(help.contains("Exit status: 0 "), "{name}: {help}");
        let examples: Vec<&str> = help
            .lines()
            .filter_map(|line| line.strip_prefix("  peerband "))
            .collect();
        assert!(!examples.is_empty(), "{name}: {help}");
        for example in examples {
            // Up to what the shell does with it.
            let words = example
                .split(' ')
                .take_while(|word| !["|", ">", "&&"].contains(word));
            let parsed =
                Cli::command().try_get_matches_from(std::iter::once("peerband").chain(words));
            assert!(parsed.is_ok(), "{name}: {example}: {parsed:?}");
        }
    }
}
