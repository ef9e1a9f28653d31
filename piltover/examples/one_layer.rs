//! A handler for the clients of some layers only, beside the one for all others.
//!
//! `cargo run --example one_layer`

use piltover::dispatch::RpcError;
use piltover::layers::{enums, functions, types};
use piltover::{Options, Server, handler};

mod l158 {
    piltover::layers::use_layer!(158);
}

fn nearest(country: &str) -> Result<enums::NearestDc, RpcError> {
    Ok(types::NearestDc { country: country.to_owned(), this_dc: 2, nearest_dc: 2 }.into())
}

/// Serves clients below layer 158.
#[handler]
async fn get_nearest_dc(_: functions::help::GetNearestDc) -> Result<enums::NearestDc, RpcError> {
    nearest("below 158")
}

/// Serves clients from layer 158 on, with the request as it is in that layer.
#[handler(layer = 158)]
async fn get_nearest_dc_158(_: l158::help::GetNearestDc) -> Result<enums::NearestDc, RpcError> {
    nearest("158 or above")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::open(Options::memory()).await?.on(get_nearest_dc).on(get_nearest_dc_158);
    let server = server.listen("127.0.0.1:4430").await?;
    println!("{}\nlistening on {}", server.key().public_pem()?, server.address());
    server.serve(async { drop(tokio::signal::ctrl_c().await) }).await;
    Ok(())
}
