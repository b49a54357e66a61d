//! A new file, readable by its owner only, that is there whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::ExportError;

/// A file being written beside its place: [`Self::finish`] puts it there, dropping it leaves nothing.
pub struct NewFile {
    writer: BufWriter<File>,
    /// Where it is written; empty once it is in its place.
    draft: PathBuf,
    target: PathBuf,
    replace: bool,
}

impl NewFile {
    /// Begins a file. Unless it is to `replace` what is there, there must be nothing: not even a link to nowhere. Only a
    /// regular file or a link can be replaced, and no link to something else.
    pub fn create(target: &Path, replace: bool) -> Result<Self, ExportError> {
        let failed = |source| ExportError::File { path: target.to_owned(), source };
        match fs::symlink_metadata(target) {
            Ok(found) if found.is_dir() => return Err(failed(ErrorKind::IsADirectory.into())),
            Ok(_) if fs::metadata(target).is_ok_and(|found| !found.is_file()) => {
                return Err(ExportError::NoFile(target.to_owned()));
            }
            Ok(_) if !replace => return Err(ExportError::Exists(target.to_owned())),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let name = target.file_name().ok_or_else(|| failed(ErrorKind::InvalidFilename.into()))?;
        let draft = target.with_file_name(format!(".{}.{}", name.display(), uuid::Uuid::new_v4().simple()));
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(failed)?;
        let new = Self {
            writer: BufWriter::with_capacity(1 << 16, file),
            draft,
            target: target.to_owned(),
            replace,
        };
        // An umask may have taken more away than others' rights.
        new.writer.get_ref().set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
        Ok(new)
    }

    /// Writes out what is left and puts the file into its place, at once and whole.
    pub fn finish(mut self) -> Result<(), ExportError> {
        let place = |new: &mut Self| -> io::Result<()> {
            new.writer.flush()?;
            new.writer.get_ref().sync_all()?;
            if new.replace {
                return fs::rename(&new.draft, &new.target);
            }
            match fs::hard_link(&new.draft, &new.target) {
                Ok(()) => fs::remove_file(&new.draft),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
                // A file system without links: what appeared in this moment would be lost.
                Err(_) if fs::symlink_metadata(&new.target).is_ok() => Err(ErrorKind::AlreadyExists.into()),
                Err(_) => fs::rename(&new.draft, &new.target),
            }
        };
        match place(&mut self) {
            Ok(()) => {
                self.draft.clear();
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(ExportError::Exists(self.target.clone()))
            }
            Err(source) => Err(ExportError::File { path: self.target.clone(), source }),
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if self.draft != Path::new("") {
            // Nobody is left to hear that even this failed.
            let _ = fs::remove_file(&self.draft);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, replace: bool, text: &str) -> Result<(), ExportError> {
        let mut file = NewFile::create(path, replace)?;
        file.write_all(text.as_bytes()).unwrap();
        file.finish()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().display().to_string())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_private_and_never_overwrites_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write(&path, false, "one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(write(&path, false, "two"), Err(ExportError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        write(&path, true, "three").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn what_appears_while_a_file_is_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut file = NewFile::create(&path, false).unwrap();
        file.write_all(b"mine").unwrap();
        fs::write(&path, "theirs").unwrap();
        assert!(matches!(file.finish(), Err(ExportError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.csv"), folder.path().join("other"));
        fs::write(&other, "other").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert!(matches!(write(&path, false, "x"), Err(ExportError::Exists(_))));
        write(&path, true, "x").unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "other");
        assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
    }

    #[test]
    fn only_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (socket, link) = (folder.path().join("socket"), folder.path().join("link"));
        let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        for path in [&socket, &link, Path::new("/dev/null")] {
            for replace in [false, true] {
                let error = NewFile::create(path, replace).err().unwrap();
                assert!(matches!(error, ExportError::NoFile(_)), "{error}");
                assert!(error.to_string().contains("`quell export -`"), "{error}");
            }
        }
        assert_eq!(names(folder.path()), ["link", "socket"]);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = NewFile::create(&folder.path().join("a.csv"), false).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(names(folder.path()), Vec::<String>::new());
        let error = NewFile::create(&folder.path().join("no/a.csv"), false).err().unwrap();
        assert!(error.to_string().contains("a.csv cannot be written"), "{error}");
    }
}
