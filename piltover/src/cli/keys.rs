use std::path::Path;

use clap::Subcommand;
use piltover::crypto::KeyPair;

use super::{DataFolder, Outcome, hex};

/// The subcommands of `piltover keys`.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Prints the public key: PEM, modulus and exponent, fingerprint.
    Show(Show),
    /// Makes a new key. The one before stays good for the clients that have it; a running server takes the
    /// new one when it starts next.
    Rotate(DataFolder),
}

#[derive(Debug, clap::Args)]
pub struct Show {
    #[command(flatten)]
    folder: DataFolder,
    /// Print the public key in PEM alone.
    #[arg(long)]
    pem: bool,
    /// Print everything as one JSON object.
    #[arg(long, conflicts_with = "pem")]
    json: bool,
}

impl Keys {
    /// Prints what is asked for.
    pub fn run(self) -> Outcome {
        let show = match self {
            Self::Show(show) => show,
            Self::Rotate(folder) => {
                let key = piltover::rotate_key(&folder.data)?;
                println!("{:016x}", key.fingerprint());
                return Ok(());
            }
        };
        let key = load(&show.folder.data)?;
        match (show.pem, show.json) {
            (true, _) => print!("{}", key.public_pem()?),
            (_, true) => println!("{}", json(&key)?),
            _ => print!("{}", text(&key)?),
        }
        Ok(())
    }
}

/// The key of the server whose state is in this folder.
pub(super) fn load(folder: &Path) -> Result<KeyPair, Box<dyn std::error::Error>> {
    let path = folder.join("key.pem");
    let pem = std::fs::read_to_string(&path).map_err(|error| {
        format!("{}: {error}; `piltover run` makes the key when it starts first", path.display())
    })?;
    Ok(KeyPair::from_pem(&pem).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// A big-endian number in decimal. RSA's exponents fit in 64 bits.
fn decimal(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn text(key: &KeyPair) -> Result<String, piltover::crypto::KeyError> {
    let fingerprint = key.fingerprint();
    Ok(format!(
        "{}\nmodulus      {}\nexponent     {}\nfingerprint  {fingerprint:016x}\n             {} unsigned\n             {fingerprint} signed\n",
        key.public_pem()?,
        hex(&key.modulus()),
        decimal(&key.exponent()),
        fingerprint.cast_unsigned(),
    ))
}

fn json(key: &KeyPair) -> Result<serde_json::Value, piltover::crypto::KeyError> {
    let fingerprint = key.fingerprint();
    // As text, where a number of JSON would lose digits.
    Ok(serde_json::json!({
        "pem": key.public_pem()?,
        "modulus": hex(&key.modulus()),
        "exponent": decimal(&key.exponent()),
        "fingerprint": {
            "hex": format!("{fingerprint:016x}"),
            "unsigned": fingerprint.cast_unsigned().to_string(),
            "signed": fingerprint.to_string(),
        },
    }))
}
