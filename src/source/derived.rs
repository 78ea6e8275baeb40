//! What other layers make from one text (its tree, its items) and want to find again: kept beside the text, so that
//! it lives as long as the text is the same and is gone with it. This folder knows nothing of what is kept.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One value of each type.
#[derive(Default)]
pub(super) struct Derived(Mutex<Vec<Arc<dyn Any + Send + Sync>>>);

impl Derived {
    /// The value of this type, if one was made.
    pub(super) fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.values().iter().find_map(|value| Arc::clone(value).downcast().ok())
    }

    /// The value of this type, made now unless there is one. Two threads that ask at once may both make it; one of
    /// the values is kept and given to both.
    pub(super) fn get_or_make<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        if let Some(known) = self.get() {
            return known;
        }
        // Made outside of the lock: it takes long.
        let made = Arc::new(make());
        let mut values = self.values();
        if let Some(known) = values.iter().find_map(|value| Arc::clone(value).downcast().ok()) {
            return known;
        }
        values.push(Arc::clone(&made) as Arc<dyn Any + Send + Sync>);
        made
    }

    /// Lets go of the value of this type.
    pub(super) fn forget<T: Any + Send + Sync>(&self) {
        self.values().retain(|value| !value.is::<T>());
    }

    fn values(&self) -> MutexGuard<'_, Vec<Arc<dyn Any + Send + Sync>>> {
        // A panic elsewhere leaves the list whole: nothing is computed while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Derived {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.values().clone()))
    }
}

impl std::fmt::Debug for Derived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Derived({})", self.values().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_of_each_type_is_kept_until_it_is_forgotten() {
        let derived = Derived::default();
        assert_eq!(derived.get::<u8>(), None);
        assert_eq!(*derived.get_or_make(|| 1_u8), 1);
        assert_eq!(*derived.get_or_make(|| 2_u8), 1);
        assert_eq!(*derived.get_or_make(|| "text"), "text");
        derived.forget::<u8>();
        assert_eq!(derived.get::<u8>(), None);
        assert_eq!(derived.get::<&str>().as_deref(), Some(&"text"));
    }
}
