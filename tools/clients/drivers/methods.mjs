// What is the same for libraries that leave everything above the methods of the API to whoever uses them.

import { tell } from './protocol.mjs'

const capital = (name) => name[0].toUpperCase() + name.slice(1)
const small = (name) => name[0].toLowerCase() + name.slice(1)

/**
 * A driver whose subclass has `invoke(method, params, options)`, `random()` for a `long`, and `message(message)`,
 * which says who is meant by a message of its layer.
 */
export class MethodsDriver {
    users = new Map()

    async call(method, params = {}, options = {}) {
        const result = await this.invoke(method, params, options)
        this.note(result.users)
        return result
    }

    note(users = []) {
        for (const user of users) this.users.set(Number(user.id), user)
    }

    /** Takes updates that were pushed. */
    learn({ users, updates = [], update }) {
        this.note(users)
        for (const { _, message } of update ? [update] : updates) {
            if (_ === 'updateNewMessage' && !message.out) tell({ event: 'message', ...this.told(message) })
        }
    }

    told(message) {
        const { id, message: text, entities = [], out = false } = message
        return {
            id,
            text,
            entities: entities.map((e) => [capital(e._), e.offset, e.length]),
            out,
            ...this.message(message),
        }
    }

    /** Whether the key is somebody's, as `method` tells, whose error has its name in the member `name`. */
    async isAuthorized(method, params, name) {
        try {
            await this.call(method, params)
            return true
        } catch (error) {
            if (error[name] === 'AUTH_KEY_UNREGISTERED') return false
            throw error
        }
    }

    input(id) {
        return { _: 'inputPeerUser', user_id: id, access_hash: this.users.get(id).access_hash }
    }

    async import_contact({ phone, first_name }) {
        const contact = { _: 'inputPhoneContact', client_id: this.random(), phone, first_name, last_name: '' }
        const { imported } = await this.call('contacts.importContacts', { contacts: [contact], replace: false })
        return { imported: imported.map((i) => Number(i.user_id)) }
    }

    async send({ peer, text, entities = [] }) {
        const { updates } = await this.call('messages.sendMessage', {
            peer: this.input(peer), message: text, random_id: this.random(),
            entities: entities.map(([name, offset, length]) => ({ _: small(name), offset, length })),
        })
        return this.told(updates.find(({ _ }) => _ === 'updateNewMessage').message)
    }

    async latest({ peer, limit }) {
        const { messages } = await this.call('messages.getHistory', {
            peer: this.input(peer), offset_id: 0, offset_date: 0, add_offset: 0, limit, max_id: 0, min_id: 0,
        })
        return messages.map((message) => this.told(message))
    }
}
