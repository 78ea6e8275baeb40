//! Classes of views and routers as the interpreter needs them: those of the project are evaluated when one of their
//! values is asked for, those of installed packages are read, others are made from the table of library classes.

use std::rc::Rc;

use super::super::functions::{Args, ClassDef};
use super::super::raise::R;
use super::super::val::{Binding, Name, Seq, V, Val};
use super::super::{Interp, ModuleInfo};
use crate::python::ast::{Expr, StmtClassDef};
use crate::python::{Ranged as _, is_standard_library};
use crate::settings::routes::{LibraryClass, Located};
use crate::source::Span;

impl<'a> Interp<'a> {
    /// The base of a class statement: as a class, where the class makes a view or a router.
    pub(in super::super) fn class_base(&mut self, class: &'a StmtClassDef, base: &'a Expr) -> R<Val> {
        if !self.is_routing() {
            return self.eval(base);
        }
        // `ModelViewSet[Order]` is the class itself.
        let base = match base {
            Expr::Subscript(subscript) => &subscript.value,
            other => other,
        };
        let val = self.eval(base)?;
        let is_routed = match self.frame_ref().file {
            Some(file) => self.names().is_routed(Span::new(file, class.range())),
            None => true,
        };
        match &val.v {
            V::Ref(name) if is_routed => {
                let name = name.clone();
                Ok(match self.class_named(&name)? {
                    Some(id) => Val::new(V::Class(id)).at(val.at),
                    None => val,
                })
            }
            _ => Ok(val),
        }
    }

    /// Whether a dotted name stands for a class of the project that was evaluated.
    pub(in super::super) fn is_defined_as(&self, class: u32, name: &str) -> bool {
        self.is_routing()
            && self.is_ours(name)
            && matches!(self.names().locate(name), Located::Class(defined) if defined == self.class_path(class))
    }

    /// What `isinstance` is asked for, with the project's classes as such where that decides.
    pub(in super::super) fn classes_to_match(&mut self, val: &Val, class: &Val) -> R<Val> {
        if !self.is_routing() || !matches!(val.v, V::Instance(_)) && super::lib(val, "app-config").is_none() {
            return Ok(class.clone());
        }
        let V::Tuple(seq) = &class.v else { return self.class_of_reference(class.clone()) };
        let each = seq.items.iter().map(|class| self.class_of_reference(class.clone()));
        let items = each.collect::<R<Vec<Val>>>()?;
        Ok(Val::new(V::Tuple(Rc::new(Seq { items, rest: seq.rest.clone() }))))
    }

    /// A name of a class of the project as that class.
    pub(in super::super) fn class_of_reference(&mut self, val: Val) -> R<Val> {
        let V::Ref(name) = &val.v else { return Ok(val) };
        if !self.is_routing() || !self.is_ours(name) {
            return Ok(val);
        }
        let class = self.class_named(&name.clone())?;
        Ok(class.map_or_else(|| val.clone(), |id| Val::new(V::Class(id)).at(val.at)))
    }

    /// The class behind a dotted name. `None` when nothing is known of it.
    pub(super) fn class_named(&mut self, name: &str) -> R<Option<u32>> {
        let routing = self.routing.as_mut().expect("internal error: no URLs are evaluated");
        if let Some(known) = routing.classes.get(name) {
            return Ok(*known);
        }
        if !routing.open.insert(name.into()) {
            return Ok(None);
        }
        let found = self.look_for_class(name);
        let routing = self.routing.as_mut().expect("internal error: no URLs are evaluated");
        routing.open.remove(name);
        let found = found?;
        routing.classes.insert(name.into(), found);
        Ok(found)
    }

    fn look_for_class(&mut self, name: &str) -> R<Option<u32>> {
        if self.is_ours(name) {
            return match self.names().locate(name) {
                Located::Class(defined) => self.own_class(&defined),
                Located::Library(defined) if defined != name => self.class_named(&defined),
                _ => match self.dotted_value(name)?.v {
                    V::Class(id) => Ok(Some(id)),
                    V::Ref(other) if *other != *name => self.class_named(&other),
                    _ => Ok(None),
                },
            };
        }
        if let V::Class(id) = self.foreign_value(name)?.v {
            return Ok(Some(id));
        }
        let known = self.names().library(name);
        // DRF's and Django's own classes are in the table; their source would say nothing more.
        let is_core = name.starts_with("django.") || name.starts_with("rest_framework.");
        if !is_core
            && let Some((module, class)) = name.rsplit_once('.')
            && let Some(id) = self.load_installed(module)?
        {
            let val = self.scope(self.modules[id as usize].scope).and_then(|s| s.vars.get(class));
            match val.map(|b| b.val.v.clone()) {
                Some(V::Class(id)) => return Ok(Some(id)),
                Some(V::Ref(other)) if *other != *name => return self.class_named(&other),
                _ => {}
            }
        }
        match known {
            Some(class) => self.library_class(class).map(Some),
            None => Ok(None),
        }
    }

    /// A class of the project, by the name under which it is defined.
    fn own_class(&mut self, name: &str) -> R<Option<u32>> {
        let mut module = name;
        let mut inner: Vec<&str> = Vec::new();
        while self.names().module(module).is_none() {
            let Some((outer, last)) = module.rsplit_once('.') else { return Ok(None) };
            inner.push(last);
            module = outer;
        }
        let Some(id) = self.force_module(module)? else { return Ok(None) };
        let mut scope = self.modules[id as usize].scope;
        let mut class = None;
        for part in inner.into_iter().rev() {
            let val = self.scope(scope).and_then(|s| s.vars.get(part)).map(|b| b.val.v.clone());
            let candidates = match val {
                Some(V::Class(id)) => vec![id],
                Some(V::Unknown(unk)) => {
                    let class = |c: &Val| if let V::Class(id) = c.v { Some(id) } else { None };
                    unk.candidates.iter().filter_map(class).collect()
                }
                _ => Vec::new(),
            };
            let [id] = candidates[..] else { return Ok(None) };
            scope = self.classes[id as usize].scope;
            class = Some(id);
        }
        Ok(class)
    }

    /// Makes a class of what the table knows.
    fn library_class(&mut self, class: LibraryClass) -> R<u32> {
        let (module, short) = class.name.rsplit_once('.').unwrap_or(("", &class.name));
        let (mut bases, mut external): (Vec<u32>, Vec<Name>) = (Vec::new(), Vec::new());
        for base in &class.bases {
            match self.class_named(base)? {
                Some(id) => {
                    external.extend(self.classes[id as usize].external.iter().cloned());
                    bases.push(id);
                }
                None => external.push(base.as_str().into()),
            }
        }
        let scope = self.new_scope();
        let module_scope = self.new_scope();
        self.modules.push(ModuleInfo {
            name: module.into(),
            file: None,
            is_package: false,
            scope: module_scope,
        });
        let mut members: Vec<(Name, Val)> = Vec::new();
        for (name, node) in &class.attributes {
            members.push((name.as_str().into(), self.val_of(node)));
        }
        for method in &class.methods {
            let reference = format!("{}.{method}", class.name);
            members.push((method.as_str().into(), Val::new(V::Ref(reference.into()))));
        }
        if let Some(model) = &class.model {
            let user = self.setting_text("AUTH_USER_MODEL");
            let user = user.as_deref().map_or("User", super::short);
            let name = if model == "@user" { user } else { model.as_str() };
            members.push(("queryset".into(), Self::queryset(name)));
        }
        for action in &class.actions {
            members.push((action.name.as_str().into(), self.library_action(action)));
        }
        if let Some(scope) = self.scope_mut(scope) {
            scope.vars.extend(members.into_iter().map(|(n, v)| (n, Binding::plain(v))));
        }
        let id = self.classes.len() as u32;
        let mro = self.linearize(id, &bases);
        self.classes.push(ClassDef {
            name: short.into(),
            qualname: short.into(),
            module: self.modules.len() as u32 - 1,
            scope,
            mro: mro.unwrap_or_else(|| vec![id]),
            bases: Vec::new(),
            metaclass: None,
            is_abc: false,
            external,
            opaque: None,
            is_library: true,
            framework: Vec::new(),
            at: None,
        });
        Ok(id)
    }

    /// A view class as a class, where it can be found.
    pub(super) fn as_class(&mut self, val: &Val) -> R<Option<u32>> {
        match &val.v {
            V::Class(id) => Ok(Some(*id)),
            V::Ref(name) => {
                let name = name.clone();
                self.class_named(&name)
            }
            V::Unknown(unk) => match unk.candidates.as_slice() {
                [only] => self.as_class(&only.clone()),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// `issubclass(view, base)`. `None` where it cannot be told.
    pub(in super::super) fn routed_issubclass(&mut self, args: &Args) -> R<Option<bool>> {
        let [class, base] = args.pos.as_slice() else { return Ok(None) };
        if !self.is_routing() {
            return Ok(None);
        }
        let Some(id) = self.as_class(class)? else { return Ok(None) };
        let bases = match &base.v {
            V::Tuple(seq) if seq.rest.is_none() => seq.items.clone(),
            _ => vec![base.clone()],
        };
        let mro = self.classes[id as usize].mro.clone();
        let mut is_sure = self.hidden_base(id).is_none();
        for base in &bases {
            let is_base = match (self.as_class(base)?, &base.v) {
                (Some(base), _) => mro.contains(&base),
                (None, V::Ref(name)) => self.classes[id as usize].external.contains(name),
                (None, _) => {
                    is_sure = false;
                    false
                }
            };
            if is_base {
                return Ok(Some(true));
            }
        }
        Ok(is_sure.then_some(false))
    }

    /// Why more may be in a class than its known bases show.
    pub(super) fn hidden_base(&self, class: u32) -> Option<Rc<str>> {
        let def = &self.classes[class as usize];
        if let Some(cause) = &def.opaque {
            return Some(cause.clone());
        }
        let foreign = def.external.iter().find(|name| {
            let short = super::short(name);
            let is_plain = is_standard_library(name)
                || name.starts_with("builtins.")
                || (name.starts_with("django.") && !name.starts_with("django.views."));
            !is_plain && !matches!(short, "object" | "ABC" | "Protocol" | "Generic")
        })?;
        Some(format!("nothing is known of its base {foreign}").into())
    }
}
