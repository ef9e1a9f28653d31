// The same conversation as protocol.py's, for the drivers in JavaScript.

import { createInterface } from 'node:readline'

export function tell(value) {
    process.stdout.write(JSON.stringify(value) + '\n')
}

/** Runs the methods of `driver` that the harness names; when the input ends, `driver.end()`, and the process. */
export async function serve(driver) {
    const answer = async ({ id, command, arguments: named }) => {
        try {
            tell({ id, result: (await driver[command](named)) ?? null })
        } catch (error) {
            console.error(error)
            tell({ id, error: String(error) })
        }
    }
    for await (const line of createInterface({ input: process.stdin })) answer(JSON.parse(line))
    await driver.end?.()
    process.exit(0)
}
