"""The accounts that local nodes give away: their keys are public, so off local chains they are nobody's."""

from typing import Final

from licet.types import Address

LOCAL_CHAIN_ID: Final = 31337
"""Chain id of every node that Licet starts."""

LOCAL_CHAIN_IDS: Final = frozenset({31337, 1337})
"""Chain ids of local nodes (Anvil and Hardhat, Ganache): the only ones where development keys may sign."""

DEVELOPMENT_MNEMONIC: Final = "test test test test test test test test test test test junk"
"""The phrase that Anvil and Hardhat start with; Licet starts Ganache with it too."""

GANACHE_MNEMONIC: Final = "myth like bonus scare over problem client lizard pioneer submit female collect"
"""The phrase of `ganache --wallet.deterministic`. Licet never uses it, and refuses its keys all the same."""

FUNDED_ACCOUNTS: Final = 10
"""How many development accounts a local node starts with, each with 10,000 ether."""

# The first 20 accounts of each phrase, at m/44'/60'/0'/0/i: constants, because deriving them is slow.

DEVELOPMENT_ADDRESSES: Final = (
    Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
    Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    Address("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
    Address("0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
    Address("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
    Address("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
    Address("0x976EA74026E726554dB657fA54763abd0C3a0aa9"),
    Address("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    Address("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
    Address("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
    Address("0xBcd4042DE499D14e55001CcbB24a551F3b954096"),
    Address("0x71bE63f3384f5fb98995898A86B02Fb2426c5788"),
    Address("0xFABB0ac9d68B0B445fB7357272Ff202C5651694a"),
    Address("0x1CBd3b2770909D4e10f157cABC84C7264073C9Ec"),
    Address("0xdF3e18d64BC6A983f673Ab319CCaE4f1a57C7097"),
    Address("0xcd3B766CCDd6AE721141F452C550Ca635964ce71"),
    Address("0x2546BcD3c84621e976D8185a91A922aE77ECEc30"),
    Address("0xbDA5747bFD65F08deb54cb465eB87D40e51B197E"),
    Address("0xdD2FD4581271e230360230F9337D5c0430Bf44C0"),
    Address("0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199"),
)

GANACHE_ADDRESSES: Final = (
    Address("0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1"),
    Address("0xFFcf8FDEE72ac11b5c542428B35EEF5769C409f0"),
    Address("0x22d491Bde2303f2f43325b2108D26f1eAbA1e32b"),
    Address("0xE11BA2b4D45Eaed5996Cd0823791E0C93114882d"),
    Address("0xd03ea8624C8C5987235048901fB614fDcA89b117"),
    Address("0x95cED938F7991cd0dFcb48F0a06a40FA1aF46EBC"),
    Address("0x3E5e9111Ae8eB78Fe1CC3bb8915d5D461F3Ef9A9"),
    Address("0x28a8746e75304c0780E011BEd21C72cD78cd535E"),
    Address("0xACa94ef8bD5ffEE41947b4585a84BdA5a3d3DA6E"),
    Address("0x1dF62f291b2E969fB0849d99D9Ce41e2F137006e"),
    Address("0x610Bb1573d1046FCb8A70Bbbd395754cD57C2b60"),
    Address("0x855FA758c77D68a04990E992aA4dcdeF899F654A"),
    Address("0xfA2435Eacf10Ca62ae6787ba2fB044f8733Ee843"),
    Address("0x64E078A8Aa15A41B85890265648e965De686bAE6"),
    Address("0x2F560290FEF1B3Ada194b6aA9c40aa71f8e95598"),
    Address("0xf408f04F9b7691f7174FA2bb73ad6d45fD5d3CBe"),
    Address("0x66FC63C2572bF3ADD0Fe5d44b97c2E614E35e9a3"),
    Address("0xF0D5BC18421fa04D0a2A2ef540ba5A9f04014BE3"),
    Address("0x325A621DeA613BCFb5B1A69a7aCED0ea4AfBD73A"),
    Address("0x3fD652C93dFA333979ad762Cf581Df89BaBa6795"),
)

PUBLIC_ADDRESSES: Final = frozenset(DEVELOPMENT_ADDRESSES + GANACHE_ADDRESSES)
"""Accounts whose keys everybody knows."""


def development_accounts() -> tuple[Address, ...]:
    """The accounts that a local node starts with; `LocalSigner.development(i)` signs for the i-th."""
    return DEVELOPMENT_ADDRESSES[:FUNDED_ACCOUNTS]
