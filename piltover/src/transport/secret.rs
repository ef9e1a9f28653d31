use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use zeroize::Zeroizing;

/// What a client that knows an MTProxy secret must do beside knowing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretKind {
    /// Nothing: 16 bytes.
    Plain,
    /// Padded framing: `dd` and 16 bytes.
    Padded,
    /// Fake TLS to this domain, and padded framing in it: `ee`, 16 bytes, the domain.
    FakeTls(String),
}

/// An MTProxy secret: clients that have it connect to this port as to a proxy.
///
/// <https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation>
#[derive(Clone)]
pub struct Secret {
    key: Zeroizing<[u8; 16]>,
    kind: SecretKind,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({:?})", self.kind)
    }
}

/// A text that is no MTProxy secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("an MTProxy secret is 32 hexadecimal digits, or dd and 32, or ee, 32, and a domain in hexadecimal")]
pub struct SecretError;

impl Secret {
    /// A secret of these bytes.
    #[must_use]
    pub fn new(key: [u8; 16], kind: SecretKind) -> Self {
        Self { key: Zeroizing::new(key), kind }
    }

    /// The 16 bytes.
    #[must_use]
    pub fn key(&self) -> &[u8; 16] {
        &self.key
    }

    /// What a client must do.
    #[must_use]
    pub fn kind(&self) -> &SecretKind {
        &self.kind
    }
}

impl FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        if !text.is_ascii() || !text.len().is_multiple_of(2) {
            return Err(SecretError);
        }
        let digit =
            |index: usize| text.get(index..index + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(digit).collect();
        let bytes = Zeroizing::new(bytes.ok_or(SecretError)?);
        let (kind, key) = match bytes.as_slice() {
            key if key.len() == 16 => (SecretKind::Plain, key),
            [0xdd, key @ ..] if key.len() == 16 => (SecretKind::Padded, key),
            [0xee, rest @ ..] if rest.len() > 16 => {
                let (key, domain) = rest.split_at(16);
                let domain = std::str::from_utf8(domain).map_err(|_| SecretError)?;
                (SecretKind::FakeTls(domain.to_owned()), key)
            }
            _ => return Err(SecretError),
        };
        Ok(Self::new(crate::crypto::part(key, 0), kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read() {
        let digits = "000102030405060708090a0b0c0d0e0f";
        let kind = |text: String| text.parse::<Secret>().map(|secret| secret.kind().clone());
        assert_eq!(kind(digits.to_owned()), Ok(SecretKind::Plain));
        assert_eq!(kind(format!("dd{digits}")), Ok(SecretKind::Padded));
        assert_eq!(kind(format!("ee{digits}612e62")), Ok(SecretKind::FakeTls("a.b".to_owned())));
        for bad in ["", "00", "zz", &format!("cc{digits}"), &format!("ee{digits}"), "é", &digits[1..]] {
            assert_eq!(kind(bad.to_owned()), Err(SecretError), "{bad}");
        }
    }
}
