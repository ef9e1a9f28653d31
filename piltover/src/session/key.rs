use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Salts;
use crate::clock::Timestamp;
use crate::crypto::{AuthKey, Version};
use crate::transport::dc_of;

/// An auth key as the server knows it, with what belongs to all of its sessions.
///
/// A temporary key has no user of its own: bound to a permanent key, it acts for that.
#[derive(Debug)]
pub struct Key {
    auth: AuthKey,
    salts: Salts,
    user_id: AtomicI64,
    layer: AtomicI32,
    speaks_v2: AtomicBool,
    dc: i32,
    expires_at: Option<i64>,
    permanent: Mutex<Option<Arc<Key>>>,
    is_destroyed: AtomicBool,
    is_used: AtomicBool,
}

/// What is stored of an auth key.
#[derive(Debug, Clone)]
pub struct KeyRecord {
    /// The key.
    pub auth: AuthKey,
    /// When it was made.
    pub created: Timestamp,
    /// The salt that both sides derived when it was made.
    pub salt: i64,
    /// The data centre that the client named in the exchange; 0 if none.
    pub dc: i32,
    /// When a temporary key ends, in Unix seconds.
    pub expires_at: Option<i64>,
    /// The permanent key that a temporary one is bound to.
    pub permanent: Option<i64>,
    /// The user who is signed in with it.
    pub user_id: Option<i64>,
    /// The layer that a session of it named last.
    pub layer: Option<i32>,
    /// Whether it has encrypted with MTProto 2.0, and does with 1.0 no more.
    pub speaks_v2: bool,
}

impl KeyRecord {
    /// A permanent key of no named data centre, that nobody is signed in with.
    #[must_use]
    pub fn new(auth: AuthKey, created: Timestamp, salt: i64) -> Self {
        Self {
            auth,
            created,
            salt,
            dc: 0,
            expires_at: None,
            permanent: None,
            user_id: None,
            layer: None,
            speaks_v2: false,
        }
    }
}

impl Key {
    /// The key of this record, not bound to any other.
    #[must_use]
    pub fn new(record: KeyRecord) -> Self {
        Self {
            salts: Salts::new(record.auth.clone(), record.created, record.salt),
            auth: record.auth,
            user_id: AtomicI64::new(record.user_id.unwrap_or_default()),
            layer: AtomicI32::new(record.layer.unwrap_or_default()),
            speaks_v2: AtomicBool::new(record.speaks_v2),
            dc: record.dc,
            expires_at: record.expires_at,
            permanent: Mutex::new(None),
            is_destroyed: AtomicBool::new(false),
            is_used: AtomicBool::new(true),
        }
    }

    /// A key that was just made, and has encrypted nothing yet.
    pub(super) fn unused(record: KeyRecord) -> Self {
        Self { is_used: AtomicBool::new(false), ..Self::new(record) }
    }

    /// What is stored of the key when it is used for the first time.
    pub(super) fn record(&self) -> KeyRecord {
        let record = KeyRecord::new(self.auth.clone(), self.salts.created(), self.salts.first());
        let speaks_v2 = self.version() == Version::V2;
        KeyRecord { dc: self.dc, expires_at: self.expires_at, speaks_v2, ..record }
    }

    pub(super) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Acquire)
    }

    pub(super) fn set_used(&self, is_used: bool) {
        self.is_used.store(is_used, Ordering::Release);
    }

    /// The key itself.
    #[must_use]
    pub fn auth(&self) -> &AuthKey {
        &self.auth
    }

    /// Its salts.
    #[must_use]
    pub fn salts(&self) -> &Salts {
        &self.salts
    }

    /// The newest version of MTProto that it has encrypted with, in which its clients are answered.
    #[must_use]
    pub fn version(&self) -> Version {
        if self.speaks_v2.load(Ordering::Acquire) { Version::V2 } else { Version::V1 }
    }

    /// Takes the version of a message. Tells whether it is a newer one than before.
    pub fn takes_version(&self, version: Version) -> bool {
        version == Version::V2 && !self.speaks_v2.swap(true, Ordering::AcqRel)
    }

    /// When a temporary key ends, in Unix seconds; none for a permanent one.
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// The key that sign-ins belong to: this one, or the permanent one that it is bound to. None, if it is
    /// temporary and not bound.
    #[must_use]
    pub fn account(self: &Arc<Self>) -> Option<Arc<Self>> {
        match self.expires_at {
            None => Some(self.clone()),
            Some(_) => self.permanent(),
        }
    }

    /// The permanent key that a temporary one is bound to.
    #[must_use]
    pub fn permanent(&self) -> Option<Arc<Self>> {
        self.permanent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_permanent(&self, permanent: Option<Arc<Self>>) {
        *self.permanent.lock().unwrap_or_else(PoisonError::into_inner) = permanent;
    }

    /// The user who is signed in.
    #[must_use]
    pub fn user_id(&self) -> Option<i64> {
        let user_id = match self.expires_at {
            None => self.user_id.load(Ordering::Acquire),
            Some(_) => self.permanent()?.user_id.load(Ordering::Acquire),
        };
        Some(user_id).filter(|id| *id != 0)
    }

    pub(super) fn set_user_id(&self, user_id: Option<i64>) {
        self.user_id.store(user_id.unwrap_or_default(), Ordering::Release);
    }

    /// The layer that a session of it named last, or else one of the permanent key that it is bound to: a
    /// client goes on with a new temporary key as it did with the last.
    pub(super) fn layer(&self) -> Option<i32> {
        let own = Some(self.layer.load(Ordering::Acquire)).filter(|layer| *layer != 0);
        own.or_else(|| self.permanent()?.layer())
    }

    pub(super) fn set_layer(&self, layer: i32) {
        self.layer.store(layer, Ordering::Release);
        if let Some(permanent) = self.permanent() {
            permanent.set_layer(layer);
        }
    }

    /// Whether messages may be encrypted with it: it was not destroyed, and has not ended.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        !self.is_destroyed.load(Ordering::Acquire) && !self.is_expired(now)
    }

    /// Whether it is a temporary key, and its time is over.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now.seconds())
    }

    pub(super) fn destroy(&self) {
        self.is_destroyed.store(true, Ordering::Release);
    }

    /// The data centre that the client believes to speak to, without the marks for test and media ones.
    #[must_use]
    pub fn dc(&self) -> Option<i32> {
        dc_of(self.dc)
    }
}
