//! The library of characters: one TOML file each, so that a person can read and mend it, and a PNG of the same name
//! where it has a picture.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{atomic, removal, toml_file};
use crate::disk;
use crate::domain::{KeptPersona, Persona, PersonaId, text_of};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

const ENDING: &str = "toml";
const PICTURE: &str = "png";
const TRASH: &str = ".trash";
/// Largest file that is read; a card's texts are bounded to less.
const MAX_FILE: u64 = 16 << 20;
const MAX_PICTURE: u64 = 64 << 20;
/// Characters in the list.
const MAX_LIST: usize = 10_000;

pub struct Personas {
    folder: PathBuf,
}

impl Personas {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// A file of a character. Ids are made by us, but come back from files' names, which a person may have chosen:
    /// nothing that leads out of the folder gets to be a path.
    fn path(&self, id: &PersonaId, ending: &str) -> Result<PathBuf> {
        let good = |c: char| c.is_alphanumeric() || ['-', '_', ' '].contains(&c);
        if id.0.is_empty() || id.0.len() > 128 || !id.0.chars().all(good) {
            return Err(StudioError::other(Both::new("this is not the name of a character", "这不是角色的名称")));
        }
        Ok(self.folder.join(format!("{}.{ending}", id.0)))
    }

    pub fn trash_folder(&self) -> PathBuf {
        self.folder.join(TRASH)
    }

    /// The file of a character that is here.
    pub fn file(&self, id: &PersonaId) -> Option<PathBuf> {
        self.path(id, ENDING).ok()
    }

    fn trash(&self, path: &Path) -> PathBuf {
        self.folder.join(TRASH).join(path.file_name().unwrap_or_default())
    }

    /// All characters, by name. Files that cannot be read are left out, and stay.
    pub fn list(&self) -> Vec<KeptPersona> {
        self.list_and_tell().0
    }

    /// The same, with the files that cannot be read.
    pub fn list_and_tell(&self) -> (Vec<KeptPersona>, Vec<StudioError>) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let files =
            entries.filter(|path| path.extension().is_some_and(|e| e == ENDING) && path.is_file()).take(MAX_LIST);
        let (mut kept, mut broken) = (Vec::new(), Vec::new());
        for path in files {
            let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
            match self.read(&PersonaId(name.to_owned())) {
                Ok(persona) => kept.push(persona),
                Err(error) => {
                    tracing::warn!("a persona could not be read: {}", error.kind());
                    broken.push(error);
                }
            }
        }
        kept.sort_by_cached_key(|kept| (kept.persona.name.to_lowercase(), kept.id.clone()));
        (kept, broken)
    }

    /// Reads a character.
    ///
    /// # Errors
    /// A file that is missing, too large or not readable as one.
    pub fn read(&self, id: &PersonaId) -> Result<KeptPersona> {
        let path = self.path(id, ENDING)?;
        let mut bytes = Vec::new();
        let file = File::open(&path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
        file.map_err(|e| StudioError::io(Doing::Reading, &path, &e))?;
        let bad = |why: String| StudioError::from(Cause::CharacterBroken { path: path.clone() }).with_details(why);
        let text = text_of(bytes).map_err(|why| bad(why.en))?;
        let file = toml_file::read::<Persona>(&text).map_err(|e| bad(e.to_string()))?;
        if !file.refused.is_empty() {
            tracing::warn!("values of a character's file could not be read: {}", file.refused.join(", "));
        }
        let mut persona = file.value;
        if let Some(params) = &mut persona.params {
            params.clamp();
        }
        let avatar = self.path(id, PICTURE)?;
        Ok(KeptPersona { id: id.clone(), persona, avatar: avatar.exists().then_some(avatar) })
    }

    /// The bytes of a character's picture.
    pub fn picture(&self, id: &PersonaId) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(self.path(id, PICTURE).ok()?)
            .and_then(|file| file.take(MAX_PICTURE).read_to_end(&mut bytes))
            .ok()?;
        Some(bytes)
    }

    /// Writes a character, and its picture where it brings one; else the one that is there stays. What a newer version
    /// wrote into its file stays too.
    ///
    /// # Errors
    /// The disk is full, or the folder cannot be written to.
    pub fn save(&self, id: &PersonaId, persona: &Persona) -> Result<KeptPersona> {
        let failed = |e: toml::ser::Error| {
            StudioError::other(Both::new("a character could not be written", "角色无法写入")).with_details(e)
        };
        let old = fs::read_to_string(self.path(id, ENDING)?).ok().and_then(|old| toml_file::read(&old).ok());
        let text = toml_file::text_of(persona, old.as_ref()).map_err(failed)?;
        // The picture first: a character without its file is nothing.
        if let Some(avatar) = &persona.avatar {
            atomic::write(&self.path(id, PICTURE)?, avatar)?;
        }
        atomic::write(&self.path(id, ENDING)?, text.as_bytes())?;
        self.read(id)
    }

    /// Moves a character's picture into the trash, where it has one.
    ///
    /// # Errors
    /// The file cannot be moved.
    pub fn remove_picture(&self, id: &PersonaId) -> Result<()> {
        let picture = self.path(id, PICTURE)?;
        if picture.exists() {
            atomic::create_folder(&self.folder.join(TRASH))?;
            fs::rename(&picture, self.trash(&picture)).map_err(|e| StudioError::io(Doing::Deleting, &picture, &e))?;
            disk::sync_folder(&self.folder);
        }
        Ok(())
    }

    /// Moves a character into the trash beside the others.
    ///
    /// # Errors
    /// The file cannot be moved.
    pub fn delete(&self, id: &PersonaId) -> Result<()> {
        let (text, picture) = (self.path(id, ENDING)?, self.path(id, PICTURE)?);
        atomic::create_folder(&self.folder.join(TRASH))?;
        fs::rename(&text, self.trash(&text)).map_err(|e| StudioError::io(Doing::Deleting, &text, &e))?;
        if picture.exists() {
            fs::rename(&picture, self.trash(&picture)).map_err(|e| StudioError::io(Doing::Deleting, &picture, &e))?;
        }
        disk::sync_folder(&self.folder);
        Ok(())
    }

    /// Deletes a character of the trash for good.
    ///
    /// # Errors
    /// The file cannot be deleted.
    pub fn purge(&self, id: &PersonaId) -> Result<()> {
        let (text, picture) = (self.path(id, ENDING)?, self.path(id, PICTURE)?);
        removal::remove(&self.trash(&picture))?;
        removal::remove(&self.trash(&text))
    }

    /// Takes a character out of the trash.
    ///
    /// # Errors
    /// The file cannot be moved or read.
    pub fn restore(&self, id: &PersonaId) -> Result<KeptPersona> {
        let (text, picture) = (self.path(id, ENDING)?, self.path(id, PICTURE)?);
        if text.exists() {
            return Err(StudioError::io(Doing::Writing, text, &std::io::ErrorKind::AlreadyExists.into()));
        }
        let back =
            |path: &Path| fs::rename(self.trash(path), path).map_err(|e| StudioError::io(Doing::Reading, path, &e));
        if self.trash(&picture).exists() {
            back(&picture)?;
        }
        back(&text)?;
        disk::sync_folder(&self.folder);
        self.read(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TextParams;

    fn home() -> (tempfile::TempDir, Personas) {
        let home = tempfile::tempdir().unwrap();
        let personas = Personas::new(home.path().join("personas"));
        (home, personas)
    }

    fn ada() -> Persona {
        Persona {
            name: "Ada 阿达".into(),
            system: "You are Ada.\nYou never lie.".into(),
            greetings: vec!["Good evening.".into(), "\"Hm?\"".into()],
            examples: "<START>\nUser: Hi\nAda: Hello.".into(),
            tags: vec!["clocks".into()],
            model: Some("smollm2".into()),
            params: Some(TextParams { temperature: 0.3, stop: vec!["\n\n".into()], ..TextParams::default() }),
            ..Persona::default()
        }
    }

    #[test]
    fn a_character_is_kept_changed_and_listed_by_name() {
        let (_home, personas) = home();
        assert_eq!(personas.list(), []);
        let id = PersonaId("2".into());
        let with_picture = Persona { avatar: Some(vec![1, 2, 3]), ..ada() };
        let kept = personas.save(&id, &with_picture).unwrap();
        assert_eq!(kept.persona, ada(), "the picture is a file of its own");
        assert_eq!(fs::read(kept.avatar.as_ref().unwrap()).unwrap(), [1, 2, 3]);
        personas.save(&PersonaId("1".into()), &Persona { name: "zoe".into(), ..Persona::default() }).unwrap();
        let changed = Persona { system: "new".into(), ..ada() };
        assert_eq!(personas.save(&id, &changed).unwrap().avatar, kept.avatar, "a change of the text keeps it");
        let names: Vec<_> = personas.list().into_iter().map(|kept| kept.persona.name).collect();
        assert_eq!(names, ["Ada 阿达", "zoe"]);
    }

    #[test]
    fn deleting_is_undone_with_the_picture() {
        let (_home, personas) = home();
        let id = PersonaId("a".into());
        let kept = personas.save(&id, &Persona { avatar: Some(vec![7]), ..ada() }).unwrap();
        personas.delete(&id).unwrap();
        assert_eq!(personas.list(), []);
        assert!(personas.delete(&id).is_err());
        assert_eq!(personas.restore(&id).unwrap(), kept);
        assert!(personas.restore(&id).is_err(), "never over one that is there");
    }

    #[test]
    fn a_newer_file_is_read_as_far_as_it_can_be_and_keeps_the_rest() {
        let (_home, personas) = home();
        let id = PersonaId("new".into());
        fs::create_dir_all(&personas.folder).unwrap();
        let file = "name = \"Neo\"\nvoice = \"low\"\n[params]\nkv = \"q2\"\ntop_k = 7\nglow = 1\n[[lore]]\nname = \"Mill\"\n\
                    kind = \"event\"\nyear = 1900\n";
        fs::write(personas.folder.join("new.toml"), file).unwrap();
        let mut persona = personas.read(&id).unwrap().persona;
        let params = persona.params.as_ref().unwrap();
        assert_eq!((persona.name.as_str(), params.top_k, persona.lore[0].name.as_str()), ("Neo", 7, "Mill"));
        assert_eq!(fs::read_to_string(personas.folder.join("new.toml")).unwrap(), file, "reading changes nothing");
        persona.system = "changed".into();
        personas.save(&id, &persona).unwrap();
        let text = fs::read_to_string(personas.folder.join("new.toml")).unwrap();
        for kept in ["voice = \"low\"", "glow = 1", "year = 1900", "system = \"changed\""] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
    }

    #[test]
    fn spoiled_files_and_strange_names_do_no_harm() {
        let (_home, personas) = home();
        let kept = personas.save(&PersonaId("a".into()), &ada()).unwrap();
        fs::write(personas.folder.join("broken.toml"), "name = [").unwrap();
        fs::write(personas.folder.join("wild.toml"), "name = \"Wild\"\nnew = 1\n[params]\ntemperature = 99.0").unwrap();
        fs::write(personas.folder.join("notes.txt"), "x").unwrap();
        let list = personas.list();
        assert_eq!(list.len(), 2);
        assert_eq!(list[0], kept);
        assert_eq!(list[1].persona.params.as_ref().unwrap().temperature, 5.0);
        assert!(personas.folder.join("broken.toml").exists());
        let (same, broken) = personas.list_and_tell();
        assert_eq!(same, list);
        let path = personas.folder.join("broken.toml");
        assert_eq!(broken.iter().map(StudioError::cause).collect::<Vec<_>>(), [&Cause::CharacterBroken { path }]);
        for id in ["", "../a", "a/b", "c:", ".hidden"] {
            assert!(personas.save(&PersonaId(id.into()), &ada()).is_err(), "{id}");
        }
    }
}
