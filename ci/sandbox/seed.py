"""Fills the sandbox database: the same company in every release, known by codes, never by ids.

Real sandboxes do not share record ids. ERP_SPARE_IDS=N makes ids differ: N records of every kind are created and
deleted before the real ones, and lists are stored backwards.
"""
import datetime as dt
import os
import sys
from decimal import Decimal

from proteus import Model, config

SPARE_IDS = int(os.environ.get('ERP_SPARE_IDS', '0'))
COMPANY = "Halden & Søn Papirindustri A/S"

CURRENCIES = [
    # code, name, number, symbol, units of it that one euro buys
    ('EUR', "Euro", '978', "€", Decimal('1')),
    ('USD', "US Dollar", '840', "$", Decimal('1.0835')),
    ('GBP', "Pound Sterling", '826', "£", Decimal('0.8641')),
    ]

ACCOUNT_TYPES = {
    'current assets': {'statement': 'balance', 'assets': True},
    'receivables': {'statement': 'balance', 'assets': True, 'receivable': True},
    # Tryton allows a balance sheet account on a supplier invoice line only when its type is a debt.
    'capital goods': {'statement': 'balance', 'debt': True},
    'payables': {'statement': 'balance', 'payable': True},
    'liabilities': {'statement': 'balance'},
    'revenue': {'statement': 'income', 'revenue': True},
    'expenses': {'statement': 'income', 'expense': True},
    }

ACCOUNTS = [
    ('1100', "Bank", 'current assets'),
    ('1300', "Trade receivables", 'receivables'),
    ('1500', "Machinery and equipment", 'capital goods'),
    ('1510', "Computers and networks", 'capital goods'),
    ('1700', "VAT receivable", 'current assets'),
    ('2100', "Trade payables", 'payables'),
    ('2200', "Accrued expenses", 'capital goods'),
    ('2610', "VAT payable", 'liabilities'),
    ('3000', "Sales of paper", 'revenue'),
    ('4000', "Pulp and fibre", 'expenses'),
    ('4100', "Chemicals and coatings", 'expenses'),
    ('5100', "Office supplies", 'expenses'),
    ('5200', "IT services and licences", 'expenses'),
    ('5300', "Freight", 'expenses'),
    ('5400', "Consulting", 'expenses'),
    ('5500', "Energy", 'expenses'),
    ('5600', "Travel", 'expenses'),
    ('5700', "Maintenance", 'expenses'),
    ('5800', "Insurance", 'expenses'),
    ('5900', "Waste and recycling", 'expenses'),
    ('6100', "Training", 'expenses'),
    ('6900', "Print advertising (until 2025)", 'expenses'),
    ]
ENDED_ACCOUNT = '6900'

TAXES = [
    ('VAT25', "VAT 25 %", Decimal('0.25')),
    ('VAT12', "VAT 12 %", Decimal('0.12')),
    ('VAT6', "VAT 6 %", Decimal('0.06')),
    ('VAT5.5', "VAT 5.5 %", Decimal('0.055')),
    ('VAT0', "VAT exempt", Decimal('0')),
    ]

PAYMENT_TERMS = [
    ('NET30', [('remainder', None, 30)]),
    ('NET14', [('remainder', None, 14)]),
    ('10D2-NET30', [('percent_on_total', Decimal('0.02'), 10), ('remainder', None, 30)]),
    ]

SUPPLIERS = [
    # code, name, street, postal code, city, tax identifier
    ('SUP-1001', "Nørrebro Kontorforsyning ApS", "Fælledvej 14", "2200", "København", 'DK13585628'),
    ('SUP-1002', "Łódź Opakowania Sp. z o.o.", "ulica Piotrkowska 118", "90-006", "Łódź", 'PL8567346215'),
    ('SUP-1003', "São Bento Celulose Lda.", "Rua do Almada 220", "4050-032", "Porto", 'PT501442600'),
    ('SUP-1004', "Ørstrand Energi A/S", "Kystvejen 3", "8000", "Aarhus", None),
    ('SUP-1005', "Frères d'Alençon Conseil", "12, rue de l'Écusson", "61000", "Alençon", 'FR83404833048'),
    ('SUP-1006', "Θάλασσα Μεταφορές Α.Ε.", "Ακτή Μιαούλη 47", "185 36", "Πειραιάς", None),
    ('SUP-1007', "東雲印刷機械株式会社", "桜町 3-12-8", "160-0022", "東京", None),
    ('SUP-1008', "Müller & Weiß Instandhaltung GmbH", "Gänsemarkt 9", "20354", "Hamburg", 'DE136695976'),
    ('SUP-1009', "O'Shaughnessy Freight Ltd.", "14 Custom House Quay", "D01 Y6H7", "Dublin", None),
    ('SUP-1010', "Čedok Školení s.r.o.", "Dlouhá třída 33", "110 00", "Praha", None),
    ('SUP-1011', "Blue Ridge Cloud Inc.", "410 Harvest Lane", "28801", "Asheville", None),
    ('SUP-1012', "Зоря Хімія ТОВ", "вулиця Лугова 5", "04071", "Київ", None),
    ('SUP-1013', "İnci Kâğıt Geri Dönüşüm A.Ş.", "Çınar Sokak 21", "34710", "İstanbul", None),
    ('SUP-1014', "Thames & Tyne Underwriters plc", "8 Lime Passage", "EC3M 7AA", "London", None),
    ]

# The gate takes a database for a sandbox only when it finds this party.
MARKER = ('CHANGE-GATE-SANDBOX', "Sandbox marker of erp-change-gate")

DIMENSIONS = [
    ('DEPT', "Department", [
        ('D10', "Production"), ('D20', "Sales"), ('D30', "Logistics"), ('D40', "Finance"),
        ('D50', "IT"), ('D60', "Maintenance"), ('D70', "Human resources"),
        ]),
    ('PROJ', "Project", [
        ('P100', "Paper machine 4 rebuild"), ('P110', "Warehouse Fredericia"), ('P120', "ERP update 2026"),
        ('P130', "Heat recovery"), ('P140', "Certification FSC"), ('P150', "Export Ελλάδα"),
        ]),
    ]

CONNECTOR_USER = {'login': 'ap_connector', 'name': "AP connector", 'password': 'sandbox-only'}
# Enough to create, post and cancel invoices; master data the user may only read. 7.0 lets it answer a warning only with
# the method "skip": creating a res.user.warning there takes the rights of an administrator.
CONNECTOR_GROUPS = ['Account']


def stored_order(items):
    return list(reversed(items)) if SPARE_IDS else list(items)


def spare(count, make):
    """Use up ids: the database never hands out the id of a deleted record again."""
    for number in range(count if SPARE_IDS else 0):
        record = make(number)
        record.save()
        record.delete()


def reload_context(context):
    context._context = Model.get('res.user').get_preferences(True, {})


def seed_company(context):
    Currency, Rate = Model.get('currency.currency'), Model.get('currency.currency.rate')
    Party, Company, User = Model.get('party.party'), Model.get('company.company'), Model.get('res.user')

    spare(SPARE_IDS, lambda number: Currency(name="Spare", code=f'X{number:02}', rounding=Decimal('0.01')))
    currencies = {}
    for code, name, number, symbol, rate in stored_order(CURRENCIES):
        currency = Currency(
            name=name, code=code, numeric_code=number, symbol=symbol, rounding=Decimal('0.01'), digits=2)
        currency.save()
        Rate(currency=currency, date=dt.date(2025, 1, 1), rate=rate).save()
        currencies[code] = currency

    spare(SPARE_IDS, lambda number: Party(name="Spare"))
    party = Party(name=COMPANY, code='HALDEN')
    party.addresses[0].street = "Papirvej 1"
    party.addresses[0].postal_code = "7000"
    party.addresses[0].city = "Fredericia"
    party.save()
    spare(SPARE_IDS, lambda number: Company(party=party, currency=currencies['EUR']))
    company = Company(party=party, currency=currencies['EUR'])
    company.save()
    admin, = User.find([('login', '=', 'admin')])
    admin.companies.append(company)
    admin.company = company
    admin.save()
    reload_context(context)
    return company


def seed_fiscal_years(company):
    FiscalYear, Period = Model.get('account.fiscalyear'), Model.get('account.period')
    Sequence, StrictSequence = Model.get('ir.sequence'), Model.get('ir.sequence.strict')
    SequenceType = Model.get('ir.sequence.type')
    move_type, = SequenceType.find([('name', '=', "Account Move")])
    invoice_type, = SequenceType.find([('name', '=', "Invoice")])

    years = {}
    for year in stored_order([2025, 2026]):
        moves = Sequence(name=f"Moves {year}", sequence_type=move_type, company=company)
        moves.save()
        numbers = {}
        for kind, prefix in (('invoice', 'I'), ('credit_note', 'C')):
            numbers[kind] = StrictSequence(
                name=f"Supplier {kind.replace('_', ' ')}s {year}", sequence_type=invoice_type, company=company,
                prefix=f'{prefix}{year}-', padding=5)
            numbers[kind].save()
        fiscal_year = FiscalYear(
            name=str(year), company=company, post_move_sequence=moves,
            start_date=dt.date(year, 1, 1), end_date=dt.date(year, 12, 31))
        row, = fiscal_year.invoice_sequences
        row.in_invoice_sequence = row.out_invoice_sequence = numbers['invoice']
        row.in_credit_note_sequence = row.out_credit_note_sequence = numbers['credit_note']
        fiscal_year.save()
        fiscal_year.click('create_period')
        years[year] = fiscal_year
    years[2025].click('close')
    closed = Period.find([
            ('start_date', '>=', dt.date(2026, 1, 1)), ('end_date', '<=', dt.date(2026, 9, 30)),
            ], order=[('start_date', 'ASC')])
    for period in closed:
        period.click('close')


def seed_accounts(company):
    Type, Account = Model.get('account.account.type'), Model.get('account.account')
    types = {}
    spare(SPARE_IDS, lambda number: Type(name="Spare", company=company, statement='balance'))
    for name, flags in stored_order(list(ACCOUNT_TYPES.items())):
        types[name] = Type(name=name.capitalize(), company=company, **flags)
        types[name].save()
    spare(SPARE_IDS * 2, lambda number: Account(name="Spare", code=f'X{number}', company=company))
    chart = Account(name="Halden chart of accounts", code='0', company=company)
    chart.save()
    accounts = {}
    for code, name, kind in stored_order(ACCOUNTS):
        account = Account(name=name, code=code, company=company, parent=chart, type=types[kind])
        if kind in ('payables', 'receivables'):
            account.party_required = True
            account.reconcile = True
        if code == ENDED_ACCOUNT:
            account.end_date = dt.date(2025, 12, 31)
        account.save()
        accounts[code] = account
    Configuration = Model.get('account.configuration')
    configuration = Configuration(1)
    configuration.default_account_receivable = accounts['1300']
    configuration.default_account_payable = accounts['2100']
    configuration.save()
    return accounts


def seed_taxes(company, accounts):
    Tax = Model.get('account.tax')

    def tax(name, description, **values):
        return Tax(name=name, description=description, company=company, **values)

    def percentage(name, description, rate, account, **values):
        return tax(
            name, description, type='percentage', rate=rate, invoice_account=account, credit_note_account=account,
            **values)

    receivable, payable = accounts['1700'], accounts['2610']
    spare(SPARE_IDS, lambda number: percentage("Spare", "Spare", Decimal('0.01'), receivable))
    for position, (name, description, rate) in stored_order(list(enumerate(TAXES))):
        percentage(name, description, rate, receivable, sequence=10 * (position + 1)).save()
    reverse = tax('REV', "Reverse charge 25 %", type='none', sequence=100)
    reverse.save()
    percentage("REV-IN", "Reverse charge, deductible", Decimal('0.25'), receivable, parent=reverse, sequence=1).save()
    percentage("REV-OUT", "Reverse charge, owed", Decimal('-0.25'), payable, parent=reverse, sequence=2).save()


def seed_payment_terms():
    Term = Model.get('account.invoice.payment_term')

    def term(name, lines):
        record = Term(name=name)
        for kind, ratio, days in lines:
            line = record.lines.new(type=kind)
            if ratio is not None:
                line.ratio = ratio
            line.relativedeltas.new(days=days)
        return record

    spare(SPARE_IDS, lambda number: term("Spare", [('remainder', None, 1)]))
    for name, lines in stored_order(PAYMENT_TERMS):
        term(name, lines).save()


def seed_parties():
    Party = Model.get('party.party')
    spare(SPARE_IDS * 3, lambda number: Party(name="Spare"))
    for code, name, street, postal_code, city, tax_identifier in stored_order(SUPPLIERS):
        supplier = Party(name=name, code=code)
        address, = supplier.addresses
        address.street, address.postal_code, address.city = street, postal_code, city
        if tax_identifier:
            supplier.identifiers.new(type='eu_vat', code=tax_identifier)
        supplier.save()
    code, name = MARKER
    Party(name=name, code=code).save()


def seed_dimensions(company):
    Account = Model.get('analytic_account.account')
    spare(SPARE_IDS * 2, lambda number: Account(name="Spare", code=f'X{number}', type='root', company=company))
    for root_code, root_name, values in stored_order(DIMENSIONS):
        root = Account(name=root_name, code=root_code, type='root', company=company, state='opened')
        root.save()
        for code, name in stored_order(values):
            Account(
                name=name, code=code, type='normal', company=company, root=root, parent=root, state='opened').save()


def seed_connector_user(company):
    User, Group, Company = Model.get('res.user'), Model.get('res.group'), Model.get('company.company')
    for number in range(SPARE_IDS):
        # Users can only be deactivated.
        User(name="Left the company", login=f'former_{number}', active=False).save()
    user = User(**CONNECTOR_USER)
    # 6.0 fills in the company of the context, 7.0 does not.
    if not user.companies:
        user.companies.append(Company(company.id))
    for group in Group.find([('name', 'in', CONNECTOR_GROUPS)]):
        user.groups.append(Group(group.id))
    user.save()
    user.company = Company(company.id)
    user.save()


def main(database, config_file):
    context = config.set_trytond(database, config_file=config_file)
    company = seed_company(context)
    seed_fiscal_years(company)
    accounts = seed_accounts(company)
    seed_taxes(company, accounts)
    seed_payment_terms()
    seed_parties()
    seed_dimensions(company)
    seed_connector_user(company)


if __name__ == '__main__':
    main(*sys.argv[1:])
