import { defineCheck, objectToWaivers } from '../ports/check.ts'

export default defineCheck({
  title: 'Nobody approves a waiver of their own work.',
  failureTitle: 'Waivers were approved by their owner or by the developer of the change.',
  description: 'A fault that its author accepts has been seen by one person, and auditors ask for two.',
  requires: ['waivers'],
  needs: [],
  severity: 'warning',
  lane: 'it',
  changeClass: 'C7',
  messages: {
    'self-approved': 'The waiver of {waiver} by {owner} was approved by {approver}, who is {part}.',
  },
  remedy: 'Have the waiver approved by somebody who neither owns it nor developed the change.',
  run: ({ waivers }) => objectToWaivers(waivers, 'self-approved', 'self-approved'),
})
