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

/**
 * What `begin` gives. Of 256 numbers one begins with a zero byte, and libraries that leave it out cannot make a key with
 * that; a person would try again, and so does this, where the error says so.
 */
export async function withKey(begin, says) {
    for (let left = 3; ; left -= 1) {
        let listener
        // Some throw it where nobody can catch it.
        const failed = new Promise((_, reject) => {
            listener = (error) => says.test(error) ? reject(error) : console.error(error)
            process.on('unhandledRejection', listener)
        })
        try {
            return await Promise.race([begin(), failed])
        } catch (error) {
            if (left === 0 || !says.test(error)) throw error
            console.error(`once more: ${error}`)
        } finally {
            process.off('unhandledRejection', listener)
        }
    }
}
