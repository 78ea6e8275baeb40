//! Questions by full name or by place: what `"package.module.Name"` in a setting means, what an import inside a
//! function brings, which class stands at a span, in which order a library class is searched.

use super::items::ImportItem;
use super::resolve::finish;
use super::{Ancestor, ClassId, Entity, Framework, FunctionId, Mro, ProjectIndex, Resolution, mro};
use crate::source::{FileId, Span};

impl ProjectIndex {
    /// What an import path means, as `import_string` would read it, seen from the file `from`.
    pub fn resolve_path(&self, from: FileId, path: &str) -> Resolution<Entity> {
        let mut module = path;
        while let Some((outer, _)) = module.rsplit_once('.') {
            module = outer;
            if let Some(file) = self.modules.find(module, from) {
                return self.resolve(file, &path[module.len() + 1..]);
            }
        }
        let top = path.split('.').next().unwrap_or_default();
        if self.modules.is_namespace(top) && !self.is_library_folder(top) {
            return Resolution::Unresolved(format!("`{path}` is not in the project"));
        }
        Resolution::External(Framework::builtin().canonical(path).to_owned())
    }

    /// What an import statement brings: a module, or the name taken from it.
    pub fn resolve_import(
        &self,
        at: Span,
        level: u32,
        module: &str,
        name: Option<&str>,
    ) -> Resolution<Entity> {
        let item = ImportItem { level, module: module.into(), name: name.map(Into::into), at };
        finish(self.import(at.file, &item, 0))
    }

    /// The class whose statement stands at exactly this place.
    pub fn class_at_place(&self, at: Span) -> Option<ClassId> {
        let file = self.indexed(at.file)?;
        let position = file.items.classes.iter().position(|c| c.at == at)?;
        Some(ClassId(file.first_class + position as u32))
    }

    /// The module-level function whose statement stands at exactly this place.
    pub fn function_at_place(&self, at: Span) -> Option<FunctionId> {
        let position = self.file(at.file)?.functions.iter().position(|f| f.at == at)?;
        Some(FunctionId { file: at.file, position: position as u32 })
    }

    /// The innermost class around a place.
    pub fn class_around(&self, at: Span) -> Option<ClassId> {
        let file = self.indexed(at.file)?;
        let position = file.items.classes.iter().rposition(|c| c.at.contains(at))?;
        Some(ClassId(file.first_class + position as u32))
    }

    /// The method resolution order of a library class; empty for one that is not in the table.
    pub fn library_mro(name: &str) -> Mro {
        Framework::builtin().find(name).map(|id| mro::framework(id, 0)).unwrap_or_default()
    }

    /// An ancestor's dotted name; `None` for one that is not known.
    pub fn ancestor_name(&self, ancestor: &Ancestor) -> Option<String> {
        match ancestor {
            Ancestor::Project(id) => Some(self.class_name(*id)),
            Ancestor::Framework(id) => Some(Framework::builtin().class(*id).name.clone()),
            Ancestor::Plain(name) => Some(name.to_string()),
            Ancestor::Unknown(_) => None,
        }
    }
}
