//! A small vulnerable DRF project inside the binary, so that everything can be tried at once.

use std::path::Path;

/// The files of the demo project, path and text.
const FILES: &[(&str, &str)] = &[
    ("README.md", include_str!("../../assets/demo/README.md")),
    ("manage.py", include_str!("../../assets/demo/manage.py")),
    ("requirements.txt", include_str!("../../assets/demo/requirements.txt")),
    ("shop/__init__.py", include_str!("../../assets/demo/shop/__init__.py")),
    ("shop/settings/__init__.py", include_str!("../../assets/demo/shop/settings/__init__.py")),
    ("shop/settings/base.py", include_str!("../../assets/demo/shop/settings/base.py")),
    ("shop/settings/development.py", include_str!("../../assets/demo/shop/settings/development.py")),
    ("shop/settings/production.py", include_str!("../../assets/demo/shop/settings/production.py")),
    ("shop/urls.py", include_str!("../../assets/demo/shop/urls.py")),
    ("shop/wsgi.py", include_str!("../../assets/demo/shop/wsgi.py")),
    ("orders/__init__.py", include_str!("../../assets/demo/orders/__init__.py")),
    ("orders/models.py", include_str!("../../assets/demo/orders/models.py")),
    ("orders/permissions.py", include_str!("../../assets/demo/orders/permissions.py")),
    ("orders/serializers.py", include_str!("../../assets/demo/orders/serializers.py")),
    ("orders/views.py", include_str!("../../assets/demo/orders/views.py")),
];

/// Writes the demo project below `folder`, which must exist.
///
/// # Errors
/// The system's, when a file cannot be written.
pub fn lay_out(folder: &Path) -> std::io::Result<()> {
    for (path, text) in FILES {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, text)?;
    }
    Ok(())
}
