//! Which schema file comes from which package. One row is all that another layer needs.

use std::fmt;

/// A package of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Package {
    /// The source distribution of a project on PyPI.
    PyPi { name: &'static str, version: &'static str },
    /// A crate on crates.io.
    Crate { name: &'static str, version: &'static str },
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PyPi { name, version } => write!(f, "pypi:{name}@{version}"),
            Self::Crate { name, version } => write!(f, "crates.io:{name}@{version}"),
        }
    }
}

/// Where one schema file comes from.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The name of the file: the layer, or `mtproto` for the service schema.
    pub name: &'static str,
    /// The package.
    pub package: Package,
    /// The file in it, below the archive's top folder.
    pub file: &'static str,
    /// The SHA-256 of the package's archive, in hex.
    pub sha256: &'static str,
    /// Definitions that this source has added to the layer, and that are left out.
    pub foreign: &'static [&'static str],
}

impl Source {
    /// The layer; none for the service schema.
    pub fn layer(&self) -> Option<u32> {
        self.name.parse().ok()
    }
}

const MAIN_API: &str = "compiler/api/source/main_api.tl";

const fn pypi(
    layer: &'static str,
    name: &'static str,
    version: &'static str,
    sha256: &'static str,
) -> Source {
    Source { name: layer, package: Package::PyPi { name, version }, file: MAIN_API, sha256, foreign: &[] }
}

impl Source {
    const fn without(self, foreign: &'static [&'static str]) -> Self {
        Self { foreign, ..self }
    }
}

/// Taken over from TDLib's schema: older constructors under other names, so that their ids are not those
/// of their texts.
const LEGACY: &[&str] = &["inputPeerPhotoFileLocationLegacy", "inputStickerSetThumbLegacy"];

const fn grammers(name: &'static str, file: &'static str) -> Source {
    Source {
        name,
        package: Package::Crate { name: "grammers-tl-types", version: "0.11.0" },
        file,
        sha256: "069e64c424bde5764391bc72f07085a12177d7053c8a0da355425527fd7c221f",
        foreign: &[],
    }
}

/// All of them, in the order of the layers.
pub const SOURCES: &[Source] = &[
    pypi("133", "pyrogram", "1.2.11", "fa40a4c7f72bffd143302bfaa0090b390267ecfdb5f2c743905e9159235f6d1c"),
    pypi("140", "pyrogram", "1.4.16", "65800f6806bddb3dcab5c8951ce7b17597fd6f0663290f562a0ebe59ed1d5be4"),
    pypi("158", "pyrogram", "2.0.106", "30202995758fcb6e0f91224704ab7fedefea454297724bd70a6a71a23748c16f"),
    pypi("181", "pyrotgfork", "2.1.32.5", "cbe91c21ba2311b3b066cf0cf42b076042b79530a4985894983f87f44159df53")
        .without(LEGACY),
    pypi("200", "pyrotgfork", "2.2.9", "6c44c694e5f425f5ad617d6b7f62d37b462b6194113b1380dd6866d8668f8863")
        .without(LEGACY),
    pypi("229", "kurigram", "2.2.26", "83b64fd7ab37122d920b1e7c0e221b599d7c52dd5d0d24c79956f01273020c49"),
    grammers("230", "tl/api.tl"),
    grammers("mtproto", "tl/mtproto.tl"),
];
