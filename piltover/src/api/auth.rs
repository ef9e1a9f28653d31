//! `auth.*`: signing in and out.
//!
//! <https://core.telegram.org/api/auth>

use piltover_layers::{enums, functions, types};

use super::{App, account};
use crate::dispatch::{Context, RpcError, State, Viewer};
use crate::handler;
use crate::model::{User, UserView, normal_phone};
use crate::store::CodeCheck;

/// Digits of a login code.
const CODE_LENGTH: usize = 5;
/// Seconds for which a login code is good.
const CODE_LIFETIME: i64 = 600;
/// From this layer on, a sign-in with an unknown number is answered; before, it is an error.
const SIGN_UP_REQUIRED: i32 = 105;
/// The longest part of a name, in characters.
const MAX_NAME: usize = 64;

fn checked_phone(phone: &str) -> Result<String, RpcError> {
    let phone = normal_phone(phone);
    match phone.len() {
        5..=15 => Ok(phone),
        _ => Err(RpcError::bad_request("PHONE_NUMBER_INVALID")),
    }
}

impl App {
    pub(super) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.source.fill(&mut bytes);
        bytes
    }

    /// The code that everybody has, or a random one.
    fn new_code(&self) -> String {
        if let Some(code) = &self.settings.code {
            return code.clone();
        }
        let number = u64::from_le_bytes(self.random());
        format!("{:01$}", number % 10u64.pow(CODE_LENGTH as u32), CODE_LENGTH)
    }

    /// Checks a login code, which is remembered as verified if it is right.
    async fn check_code(&self, phone: &str, hash: &str, code: String) -> Result<(), RpcError> {
        let now = self.source.now().seconds();
        match self.store.check_code(phone.to_owned(), hash.to_owned(), code, now).await? {
            CodeCheck::Right => Ok(()),
            CodeCheck::Wrong => Err(RpcError::bad_request("PHONE_CODE_INVALID")),
            CodeCheck::Expired | CodeCheck::Unknown => Err(RpcError::bad_request("PHONE_CODE_EXPIRED")),
        }
    }

    /// Signs a user in with the key of the session that asks.
    pub(super) async fn authorize(
        &self,
        context: &Context,
        user: User,
    ) -> Result<enums::auth::Authorization, RpcError> {
        let key = account(context)?;
        // It may just have been forgotten, or destroyed by another session.
        if !self.store.sign(key.auth().id(), Some(user.id)).await? {
            return Err(RpcError::new(401, "AUTH_KEY_UNREGISTERED"));
        }
        self.registry.sign(&key, Some(user.id));
        tracing::info!(user_id = user.id, phone = user.phone, "signed in");
        let view = UserView { viewer: user.id, user, contact: None };
        let user = self.renderer.user(&view, self.now());
        Ok(types::auth::Authorization { user, ..types::auth::Authorization::default() }.into())
    }
}

/// <https://core.telegram.org/method/auth.sendCode>
#[handler]
pub async fn send_code(
    app: State<App>,
    request: functions::auth::SendCode,
) -> Result<enums::auth::SentCode, RpcError> {
    let phone = checked_phone(&request.phone_number)?;
    if request.api_id <= 0 {
        return Err(RpcError::bad_request("API_ID_INVALID"));
    }
    let code = app.new_code();
    let hash: String = app.random::<9>().iter().map(|byte| format!("{byte:02x}")).collect();
    let expires_at = app.source.now().seconds() + CODE_LIFETIME;
    app.store.add_code(phone.clone(), hash.clone(), code.clone(), expires_at).await?;
    let phone_registered = app.store.user_by_phone(phone.clone()).await?.is_some();
    Ok(sent(&phone, &code, hash, phone_registered))
}

/// There are no SMS: the server's owner reads the code in the log. Whether the number is known is told only to
/// clients before layer 104, which choose by it between signing in and up.
fn sent(phone: &str, code: &str, hash: String, phone_registered: bool) -> enums::auth::SentCode {
    tracing::info!(phone, code, "login code");
    let length = i32::try_from(code.len()).unwrap_or_default();
    let r#type = types::auth::SentCodeTypeSms { length }.into();
    types::auth::SentCode { r#type, phone_code_hash: hash, phone_registered, ..Default::default() }.into()
}

/// <https://core.telegram.org/method/auth.resendCode>
#[handler]
pub async fn resend_code(
    app: State<App>,
    request: functions::auth::ResendCode,
) -> Result<enums::auth::SentCode, RpcError> {
    let phone = checked_phone(&request.phone_number)?;
    let (code, hash) = (app.new_code(), request.phone_code_hash);
    let expires_at = app.source.now().seconds() + CODE_LIFETIME;
    match app.store.renew_code(phone.clone(), hash.clone(), code.clone(), expires_at).await? {
        true => {
            let phone_registered = app.store.user_by_phone(phone.clone()).await?.is_some();
            Ok(sent(&phone, &code, hash, phone_registered))
        }
        false => Err(RpcError::bad_request("PHONE_CODE_EXPIRED")),
    }
}

/// <https://core.telegram.org/method/auth.cancelCode>
#[handler]
pub async fn cancel_code(app: State<App>, request: functions::auth::CancelCode) -> Result<bool, RpcError> {
    let phone = checked_phone(&request.phone_number)?;
    match app.store.remove_code(phone, request.phone_code_hash).await? {
        true => Ok(true),
        false => Err(RpcError::bad_request("PHONE_CODE_EXPIRED")),
    }
}

/// <https://core.telegram.org/method/auth.signIn>
#[handler]
pub async fn sign_in(
    app: State<App>,
    context: Context,
    request: functions::auth::SignIn,
) -> Result<enums::auth::Authorization, RpcError> {
    let phone = checked_phone(&request.phone_number)?;
    if request.email_verification.is_some() {
        return Err(RpcError::bad_request("EMAIL_NOT_SETUP"));
    }
    let code = request.phone_code.filter(|code| !code.is_empty());
    let code = code.ok_or_else(|| RpcError::bad_request("PHONE_CODE_EMPTY"))?;
    let hash = request.phone_code_hash;
    app.check_code(&phone, &hash, code).await?;
    match app.store.user_by_phone(phone.clone()).await? {
        Some(user) => {
            app.store.remove_code(phone, hash).await?;
            app.authorize(&context, user).await
        }
        None if context.layer() < SIGN_UP_REQUIRED => Err(RpcError::bad_request("PHONE_NUMBER_UNOCCUPIED")),
        None => Ok(types::auth::AuthorizationSignUpRequired { terms_of_service: None }.into()),
    }
}

/// <https://core.telegram.org/method/auth.signUp>
#[handler]
pub async fn sign_up(
    app: State<App>,
    context: Context,
    request: functions::auth::SignUp,
) -> Result<enums::auth::Authorization, RpcError> {
    let phone = checked_phone(&request.phone_number)?;
    let name = |name: &str| name.trim().to_owned();
    let (first_name, last_name) = (name(&request.first_name), name(&request.last_name));
    if first_name.is_empty() || first_name.chars().count() > MAX_NAME {
        return Err(RpcError::bad_request("FIRSTNAME_INVALID"));
    }
    if last_name.chars().count() > MAX_NAME {
        return Err(RpcError::bad_request("LASTNAME_INVALID"));
    }
    let (hash, now) = (request.phone_code_hash, app.source.now());
    // Until layer 104 the code came with the name, and nobody signed in before.
    if let Some(code) = request.phone_code {
        app.check_code(&phone, &hash, code).await?;
    }
    if !app.store.is_code_verified(phone.clone(), hash.clone(), now.seconds()).await? {
        return Err(RpcError::bad_request("PHONE_CODE_INVALID"));
    }
    let user = app.store.add_user(phone.clone(), first_name, last_name, now.date()).await?;
    app.store.remove_code(phone, hash).await?;
    app.authorize(&context, user).await
}

/// <https://core.telegram.org/method/auth.logOut>
#[handler]
pub async fn log_out(
    app: State<App>,
    context: Context,
    viewer: Viewer,
    _: functions::auth::LogOut,
) -> Result<enums::auth::LoggedOut, RpcError> {
    let key = account(&context)?;
    app.store.sign(key.auth().id(), None).await?;
    app.registry.sign(&key, None);
    tracing::info!(user_id = viewer.0, "signed out");
    Ok(types::auth::LoggedOut { future_auth_token: None }.into())
}
