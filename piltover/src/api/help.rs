//! `help.*`: what the server is.

use piltover_layers::{enums, functions, types};

use super::App;
use super::text::MAX_TEXT;
use crate::dispatch::{Context, RpcError, State};
use crate::handler;

/// The data centre of clients that name none.
const DEFAULT_DC: i32 = 2;
/// All data centres that clients know are this server.
pub(super) const DCS: std::ops::RangeInclusive<i32> = 1..=5;
/// A configuration is good for an hour.
const CONFIG_LIFETIME: i32 = 3600;
/// There is no time after which a message cannot be changed or read.
const NO_LIMIT: i32 = i32::MAX;

/// The data centre that the client believes to be connected to.
fn this_dc(app: &App, context: &Context) -> i32 {
    app.settings
        .dc
        .or_else(|| context.session().key().dc())
        .filter(|dc| DCS.contains(dc))
        .unwrap_or(DEFAULT_DC)
}

/// <https://core.telegram.org/method/help.getConfig>
#[handler]
pub async fn get_config(
    app: State<App>,
    context: Context,
    _: functions::help::GetConfig,
) -> Result<enums::Config, RpcError> {
    let now = app.now();
    let dc_option = |id| {
        types::DcOption {
            r#static: true,
            ipv6: app.settings.public_host.contains(':'),
            id,
            ip_address: app.settings.public_host.clone(),
            port: app.settings.public_port.into(),
            ..types::DcOption::default()
        }
        .into()
    };
    Ok(types::Config {
        revoke_pm_inbox: true,
        date: now,
        expires: now.saturating_add(CONFIG_LIFETIME),
        this_dc: this_dc(&app, &context),
        dc_options: DCS.map(dc_option).collect(),
        chat_size_max: 200,
        megagroup_size_max: 200_000,
        forwarded_count_max: 100,
        online_update_period_ms: 210_000,
        offline_blur_timeout_ms: 5_000,
        offline_idle_timeout_ms: 30_000,
        online_cloud_timeout_ms: 300_000,
        notify_cloud_delay_ms: 30_000,
        notify_default_delay_ms: 1_500,
        push_chat_period_ms: 60_000,
        push_chat_limit: 2,
        edit_time_limit: NO_LIMIT,
        revoke_time_limit: NO_LIMIT,
        revoke_pm_time_limit: NO_LIMIT,
        rating_e_decay: 2_419_200,
        stickers_recent_limit: 200,
        channels_read_media_period: 604_800,
        call_receive_timeout_ms: 20_000,
        call_ring_timeout_ms: 90_000,
        call_connect_timeout_ms: 30_000,
        call_packet_timeout_ms: 10_000,
        me_url_prefix: "https://t.me/".to_owned(),
        caption_length_max: 1024,
        message_length_max: i32::try_from(MAX_TEXT).unwrap_or(i32::MAX),
        webfile_dc_id: DEFAULT_DC,
        ..types::Config::default()
    }
    .into())
}

/// <https://core.telegram.org/method/help.getNearestDc>
#[handler]
pub async fn get_nearest_dc(
    app: State<App>,
    context: Context,
    _: functions::help::GetNearestDc,
) -> Result<enums::NearestDc, RpcError> {
    let this_dc = this_dc(&app, &context);
    // The server does not know where its clients are; this is Telegram's code for that.
    Ok(types::NearestDc { country: "ZZ".to_owned(), this_dc, nearest_dc: this_dc }.into())
}

/// The hash of the configuration of applications, which has no values of its own.
const APP_CONFIG_HASH: i32 = 1;

/// <https://core.telegram.org/method/help.getAppConfig>
#[handler]
pub async fn get_app_config(
    request: functions::help::GetAppConfig,
) -> Result<enums::help::AppConfig, RpcError> {
    if request.hash == APP_CONFIG_HASH {
        return Ok(enums::help::AppConfig::NotModified);
    }
    // Clients have defaults for all values.
    let config = types::JsonObject { value: Vec::new() }.into();
    Ok(types::help::AppConfig { hash: APP_CONFIG_HASH, config }.into())
}
