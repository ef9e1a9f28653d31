//! A server with one's own handler for one method, in the place of the built-in one.

use piltover::dispatch::{Context, RpcError};
use piltover::layers::{enums, functions::help, types};
use piltover::{Options, Server, handler};

/// Tells every client, old or new, in which layer it is served.
#[handler]
async fn get_nearest_dc(context: Context, _: help::GetNearestDc) -> Result<enums::NearestDc, RpcError> {
    Ok(types::NearestDc { country: format!("layer {}", context.layer()), this_dc: 2, nearest_dc: 2 }.into())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::open(Options::memory()).await?.on(get_nearest_dc);
    let server = server.listen("127.0.0.1:4430").await?;
    println!("{}listening on {}", server.key().public_pem()?, server.address());
    server.serve(async { drop(tokio::signal::ctrl_c().await) }).await;
    Ok(())
}
