//! Functions that are no handlers.

use piltover_macros::handler;

struct GetConfig;

#[handler]
fn not_async(request: GetConfig) -> Result<(), ()> {
    Ok(())
}

#[handler]
async fn without_request() -> Result<(), ()> {
    Ok(())
}

#[handler]
async fn without_answer(request: GetConfig) {}

#[handler(version = 158)]
async fn of_a_version(request: GetConfig) -> Result<(), ()> {
    Ok(())
}

#[handler(layer = "158")]
async fn of_a_text(request: GetConfig) -> Result<(), ()> {
    Ok(())
}

struct Server;

impl Server {
    #[handler]
    async fn method(&self, request: GetConfig) -> Result<(), ()> {
        Ok(())
    }
}

fn main() {}
