// What GramJS expects to be global, as it is in Node.
export { Buffer } from 'buffer/'
