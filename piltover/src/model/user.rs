/// A user of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: i64,
    /// The phone number, digits only.
    pub phone: String,
    /// The username, as the user wrote it.
    pub username: Option<String>,
    /// The first name; never empty.
    pub first_name: String,
    /// The last name; may be empty.
    pub last_name: String,
    /// What the user says about himself.
    pub about: Option<String>,
    /// Online until this Unix second; in the past: offline since then.
    pub online_until: i32,
}

/// What a viewer has saved about a user in the contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The first name, as saved.
    pub first_name: String,
    /// The last name, as saved.
    pub last_name: String,
    /// Whether the user has the viewer in the contacts, too.
    pub is_mutual: bool,
}

/// A contact to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContact {
    /// The number that the client gave to this entry.
    pub client_id: i64,
    /// The phone number, digits only.
    pub phone: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
}

/// A user as another one, or he himself, sees him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserView {
    /// Who looks.
    pub viewer: i64,
    /// At whom.
    pub user: User,
    /// The entry in the viewer's contacts.
    pub contact: Option<Contact>,
}

/// A phone number without anything but digits.
#[must_use]
pub fn normal_phone(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
