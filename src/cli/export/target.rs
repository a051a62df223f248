//! Where an export goes: standard output, a pipe or device as it is, or a file that appears when it is whole.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::NamedTempFile;

/// What `-o` names.
pub(super) enum Target {
    Stdout,
    /// A pipe or a device: something that is written into and never replaced.
    Stream(PathBuf),
    File(PathBuf),
}

/// What is written to.
pub(super) struct Out {
    to: To,
    reader_is_gone: bool,
}

enum To {
    Stdout(BufWriter<Stdout>),
    Stream(BufWriter<File>),
    File {
        part: BufWriter<NamedTempFile>,
        path: PathBuf,
    },
}

impl Target {
    pub(super) fn of(path: Option<&Path>) -> Result<Target, String> {
        let Some(path) = path else {
            return Ok(Target::Stdout);
        };
        // A link stays one: what it leads to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        match path.metadata() {
            Ok(found) if found.is_dir() => {
                Err(format!("{} is a folder; name a file in it", path.display()))
            }
            Ok(found) if !found.is_file() => Ok(Target::Stream(path)),
            _ => Ok(Target::File(path)),
        }
    }

    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Target::Stdout) && io::stdout().is_terminal()
    }

    pub(super) fn open(self) -> anyhow::Result<Out> {
        let to = match self {
            Target::Stdout => To::Stdout(BufWriter::new(io::stdout())),
            Target::Stream(path) => {
                let file = File::options().write(true).open(&path);
                let file = file.with_context(|| format!("cannot write to {}", path.display()))?;
                To::Stream(BufWriter::new(file))
            }
            Target::File(path) => {
                let part = part_beside(&path)
                    .with_context(|| format!("cannot write into {}", folder(&path).display()))?;
                To::File {
                    part: BufWriter::new(part),
                    path,
                }
            }
        };
        Ok(Out {
            to,
            reader_is_gone: false,
        })
    }
}

impl Out {
    /// Gives a file its name, once it is durable. Without this nothing appears.
    pub(super) fn keep(self) -> anyhow::Result<()> {
        let To::File { part, path } = self.to else {
            return Ok(());
        };
        let cannot = || format!("cannot write {}", path.display());
        let part = part.into_inner().map_err(io::IntoInnerError::into_error);
        let part = part.with_context(cannot)?;
        part.as_file().sync_all().with_context(cannot)?;
        part.persist(&path).with_context(cannot)?;
        // The name is durable with its folder.
        let folder = File::open(folder(&path)).with_context(cannot)?;
        folder.sync_all().with_context(cannot)
    }

    /// Whether a pipe's other end was closed.
    pub(super) fn reader_is_gone(&self) -> bool {
        self.reader_is_gone
    }

    fn noting<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        self.reader_is_gone |= matches!(&done, Err(e) if e.kind() == io::ErrorKind::BrokenPipe);
        done
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = match &mut self.to {
            To::Stdout(out) => out.write(bytes),
            To::Stream(out) => out.write(bytes),
            To::File { part, .. } => part.write(bytes),
        };
        self.noting(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = match &mut self.to {
            To::Stdout(out) => out.flush(),
            To::Stream(out) => out.flush(),
            To::File { part, .. } => part.flush(),
        };
        self.noting(done)
    }
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// A file that is removed unless it is kept, in the folder of the path so that renaming it is one step.
fn part_beside(path: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".peerband-export-")
        .suffix(".part")
        // As of any new file: what the user's mask leaves of it.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder(path))
}
